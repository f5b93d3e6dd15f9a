"""Phone numbers and e-mail addresses: one way to write each, how they are stored, and how one is shown in part."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.users.models import Contact, ContactKind

if TYPE_CHECKING:
    from cuocthi.security.personal_data import Vault

#: Numbers without a country code are read as Vietnamese.
HOME_REGION = "VN"
MAX_EMAIL = 254

_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_PHONE = re.compile(r"[+0-9][0-9 .()\-]{6,22}")
_VISIBLE_HEAD, _VISIBLE_TAIL = 4, 2


@dataclass(frozen=True, slots=True)
class NormalisedContact:
    """A contact in its one written form: a phone number in E.164, or an e-mail address in lower case."""

    kind: ContactKind
    value: str


def normalise_contact(text: str) -> NormalisedContact:
    """Return what somebody typed as a phone number or an e-mail address.

    Raises DomainError (field ``contact``) if it is neither.
    """
    typed = text.strip()
    if "@" in typed:
        address = typed.lower()
        if len(address) <= MAX_EMAIL and _EMAIL.fullmatch(address):
            return NormalisedContact(ContactKind.EMAIL, address)
        raise DomainError(T("This is not a complete e-mail address."), field="contact")
    number = _phone_number(typed)
    if number is None:
        raise DomainError(T("Please enter a phone number (10 digits) or an e-mail address."), field="contact")
    return NormalisedContact(ContactKind.PHONE, number)


def _phone_number(typed: str) -> str | None:
    # The tables of phone numbers are large; only what handles contacts loads them.
    import phonenumbers  # noqa: PLC0415 - see above

    if not _PHONE.fullmatch(typed):
        return None
    try:
        number = phonenumbers.parse(typed, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask(kind: ContactKind, value: str) -> str:
    """Return a contact as it may be shown to staff: ``0912…45``, ``ng…@example.vn``."""
    if kind is ContactKind.EMAIL:
        local, _, domain = value.partition("@")
        return f"{local[:2] if len(local) > 3 else local[:1]}…@{domain}"  # noqa: PLR2004 - short names would be given away
    written = "0" + value.removeprefix("+84") if value.startswith("+84") else value
    return f"{written[:_VISIBLE_HEAD]}…{written[-_VISIBLE_TAIL:]}"


def contact_index(contact: NormalisedContact, vault: Vault) -> str:
    """Return the blind index by which a contact is found."""
    return vault.blind_index(contact.value, purpose=f"contact:{contact.kind.value}")


def sealed_contact(contact: NormalisedContact, vault: Vault) -> Contact:
    """Return a contact as it is stored, unverified and not yet anybody's."""
    index = contact_index(contact, vault)
    ciphertext = vault.encrypt(contact.value, belongs_to=_owner(index))
    return Contact(kind=contact.kind, blind_index=index, ciphertext=ciphertext)


def reveal(contact: Contact, vault: Vault) -> str:
    """Return a stored contact in the clear, to reach the person by it. Raises Undecipherable."""
    return vault.decrypt(contact.ciphertext, belongs_to=_owner(contact.blind_index))


def _owner(index: str) -> str:
    return f"core_contact:{index}"
