"""Encryption of personal values and their blind indexes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.security.keys import Keys
from cuocthi.security.personal_data import Undecipherable, Vault

KEYS = Keys(cookie=b"c" * 32, index=b"i" * 32, data={"k1": b"1" * 32})
ROTATED = Keys(cookie=b"c" * 32, index=b"i" * 32, data={"k1": b"1" * 32, "k2": b"2" * 32})


@given(st.text(max_size=200), st.text(max_size=40))
def test_what_was_encrypted_is_decrypted(value: str, owner: str) -> None:
    vault = Vault(KEYS)
    assert vault.decrypt(vault.encrypt(value, belongs_to=owner), belongs_to=owner) == value


def test_the_same_value_never_looks_the_same() -> None:
    vault = Vault(KEYS)
    assert vault.encrypt("0912345645", belongs_to="a") != vault.encrypt("0912345645", belongs_to="a")


def test_a_value_opens_only_where_it_belongs() -> None:
    vault = Vault(KEYS)
    stored = vault.encrypt("0912345645", belongs_to="core_contact:1")
    with pytest.raises(Undecipherable):
        vault.decrypt(stored, belongs_to="core_contact:2")


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_changed_value_does_not_open(place: int, change: int) -> None:
    vault = Vault(KEYS)
    stored = bytearray(vault.encrypt("0912345645", belongs_to="a"))
    stored[place % len(stored)] ^= change
    with pytest.raises(Undecipherable):
        vault.decrypt(bytes(stored), belongs_to="a")


def test_values_outlive_a_change_of_keys_but_not_the_loss_of_theirs() -> None:
    old = Vault(KEYS).encrypt("0912345645", belongs_to="a")
    assert Vault(ROTATED).decrypt(old, belongs_to="a") == "0912345645"
    new = Vault(ROTATED).encrypt("0912345645", belongs_to="a")
    assert new[1:3] == b"k2"
    with pytest.raises(Undecipherable):
        Vault(KEYS).decrypt(new, belongs_to="a")


def test_a_blind_index_depends_on_value_purpose_and_key() -> None:
    vault = Vault(KEYS)
    index = vault.blind_index("0912345645", purpose="phone")
    assert index == Vault(ROTATED).blind_index("0912345645", purpose="phone")
    assert len(index) == 64
    other_key = Keys(cookie=b"c" * 32, index=b"j" * 32, data={"k1": b"1" * 32})
    others = {
        vault.blind_index("0912345646", purpose="phone"),
        vault.blind_index("0912345645", purpose="email"),
        Vault(other_key).blind_index("0912345645", purpose="phone"),
    }
    assert index not in others
    assert len(others) == 3
