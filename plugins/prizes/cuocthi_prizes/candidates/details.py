"""How somebody is paid: ID number and account, checked, encrypted, and shown in part."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.users.citizen_ids import mask_citizen_id, normalise_citizen_id
from cuocthi_prizes.candidates.models import Way

if TYPE_CHECKING:
    from datetime import date

    from cuocthi.security.personal_data import Vault
    from cuocthi_prizes.candidates.models import Candidacy

MAX_BANK = MAX_HOLDER = 120
_ACCOUNT = re.compile(r"[0-9A-Z]{4,24}")
_SPACES = re.compile(r"[ .\-]")
_VISIBLE = 3


@dataclass(frozen=True, slots=True)
class Details:
    """What a candidate says of being paid; account, bank and holder are empty where it is in cash."""

    citizen_id: str
    account: str = ""
    bank: str = ""
    holder: str = ""

    @property
    def masked(self) -> Details:
        """The same as pages may show it."""
        account = f"…{self.account[-_VISIBLE:]}" if self.account else ""
        return replace(self, citizen_id=mask_citizen_id(self.citizen_id), account=account)


def checked(way: Way, entered: Details, *, born: date | None) -> Details:
    """Return what somebody entered in its one written form; ``born`` is the date of birth, where it is known.

    Raises DomainError (fields ``citizen_id``, ``account``, ``bank`` and ``holder``).
    """
    number = normalise_citizen_id(entered.citizen_id, birth_date=born)
    if way is Way.CASH:
        return Details(number)
    account = _SPACES.sub("", entered.account).upper()
    if not _ACCOUNT.fullmatch(account):
        raise DomainError(T("An account number has 4 to 24 digits or letters."), field="account")
    bank, holder = (" ".join(text.split()) for text in (entered.bank, entered.holder))
    for text, most, field in ((bank, MAX_BANK, "bank"), (holder, MAX_HOLDER, "holder")):
        if not text:
            raise DomainError(T("Please enter bank and holder of the account."), field=field)
        if len(text) > most:
            raise DomainError(T("Please write at most %(count)s characters.", count=most), field=field)
    return Details(number, account, bank, holder)


def sealed(candidacy_id: int, details: Details, *, vault: Vault) -> bytes:
    """Return details as the row of a candidate keeps them."""
    return vault.encrypt(json.dumps(asdict(details), ensure_ascii=False), belongs_to=_owner(candidacy_id))


def opened(candidacy: Candidacy, *, vault: Vault) -> Details | None:
    """Return the details of a candidate in the clear, None where there are none. Raises Undecipherable."""
    if candidacy.details is None:
        return None
    return Details(**json.loads(vault.decrypt(candidacy.details, belongs_to=_owner(candidacy.id))))


def _owner(candidacy_id: int) -> str:
    return f"prizes_candidacy.details:{candidacy_id}"
