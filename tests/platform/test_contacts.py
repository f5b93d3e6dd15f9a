"""Contacts: one written form, stored encrypted, shown in part."""

from __future__ import annotations

import pytest

from cuocthi.errors import DomainError
from cuocthi.security.personal_data import Vault
from cuocthi.users.contacts import contact_index, mask, normalise_contact, reveal, sealed_contact
from cuocthi.users.models import ContactKind


@pytest.mark.parametrize(
    "typed", ["0912345645", " 091 234 5645 ", "0912.345.645", "+84 912 345 645", "+84 (912) 345-645", "84912345645"]
)
def test_a_phone_number_has_one_written_form(typed: str) -> None:
    assert normalise_contact(typed).value == "+84912345645"
    assert normalise_contact(typed).kind is ContactKind.PHONE


def test_a_landline_and_a_foreign_number_are_phone_numbers_too() -> None:
    assert normalise_contact("0227 3831 234").value == "+842273831234"
    assert normalise_contact("+81 90 1234 5678").value == "+819012345678"


def test_an_address_is_written_in_lower_case() -> None:
    contact = normalise_contact(" Nguyen.An@ThaiBinh.gov.VN ")
    assert (contact.kind, contact.value) == (ContactKind.EMAIL, "nguyen.an@thaibinh.gov.vn")


@pytest.mark.parametrize(
    "typed",
    [
        *("", "an", "12345", "0912", "09123456789012", "0000000000"),
        *("an@", "@vn.vn", "an@vn", "a b@example.vn", "an@exa mple.vn", "an@-a.vn"),
    ],
)
def test_what_is_no_contact_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(DomainError) as refused:
        normalise_contact(typed)
    assert refused.value.field == "contact"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("0912345645", "0912…45"),
        ("+819012345678", "+819…78"),
        ("nguyen.an@thaibinh.gov.vn", "ng…@thaibinh.gov.vn"),
        ("an@example.vn", "a…@example.vn"),
    ],
)
def test_a_masked_contact_is_recognised_but_not_given_away(typed: str, shown: str) -> None:
    contact = normalise_contact(typed)
    assert mask(contact.kind, contact.value) == shown


def test_a_stored_contact_is_found_and_revealed_but_not_readable(vault: Vault) -> None:
    contact = normalise_contact("0912345645")
    stored = sealed_contact(contact, vault)
    assert stored.blind_index == contact_index(normalise_contact("+84 912 345 645"), vault)
    assert b"912345645" not in stored.ciphertext
    assert stored.verified_at is None
    assert reveal(stored, vault) == "+84912345645"
