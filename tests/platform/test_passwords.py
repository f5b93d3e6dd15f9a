"""Passwords: how they are hashed, how many at a time, and which are refused."""

from __future__ import annotations

import threading
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from cuocthi.errors import DomainError
from cuocthi.security import passwords
from cuocthi.security.passwords import Busy, check_strength, hash_password, verify_password

GOOD = "con trâu đi trước"


def test_a_password_is_hashed_as_owasp_advises() -> None:
    hashed = hash_password(GOOD)
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert len(hashed) <= 200
    assert hash_password(GOOD) != hashed


def test_only_the_right_password_is_right() -> None:
    hashed = hash_password(GOOD)
    assert verify_password(hashed, GOOD)
    assert not verify_password(hashed, GOOD + ".")
    assert not verify_password(hashed, "")


def test_keyboards_may_compose_letters_as_they_like() -> None:
    assert verify_password(hash_password(unicodedata.normalize("NFD", GOOD)), unicodedata.normalize("NFC", GOOD))


def test_nobody_has_a_password() -> None:
    assert not verify_password(None, "nobody has this password")


def test_an_erased_account_has_none_either() -> None:
    assert not verify_password("!", "!")


def test_an_unknown_account_costs_as_many_hashes_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = hash_password(GOOD)
    compared: list[str] = []

    class Counting:
        def verify(self, known: str, _password: str) -> bool:
            compared.append(known)
            return True

    monkeypatch.setattr(passwords, "_hasher", Counting())
    verify_password(hashed, GOOD)
    verify_password(None, GOOD)
    assert len(compared) == 2
    parameters = [known.rsplit("$", 2)[0] for known in compared]
    assert all(first == second for first, second in pairwise(parameters))


@pytest.mark.parametrize(
    "password",
    ["", "ngắn", "1234567", "12345678", "matkhau1", "password1", "abcd1234", "aaaaaaaaaaaa", "0912345678", "x" * 201],
)
def test_passwords_that_are_easily_guessed_are_refused_at_their_field(password: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_strength(password)
    assert refused.value.field == "password"


def test_the_own_name_is_no_password() -> None:
    check_strength("tranthikhanhhoa")
    with pytest.raises(DomainError):
        check_strength("tranthikhanhhoa", personal=["tran", "thi", "khanh", "hoa", "tranthikhanhhoa"])


@pytest.mark.parametrize("password", [GOOD, "lúa chín vàng đồng", "Xe dap 2 banh do", "thuyenvevienxu71"])
def test_a_few_words_are_good_enough(password: str) -> None:
    check_strength(password, personal=["nguyen", "van", "an", "+84912345645"])


def test_a_very_long_password_is_measured_quickly() -> None:
    begun = time.perf_counter()
    check_strength("".join(chr(33 + number * 37 % 90) for number in range(200)))
    assert time.perf_counter() - begun < 5


def test_no_more_are_hashed_at_a_time_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()

    class Slow:
        def hash(self, _password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with lock:
                running -= 1
            return "hashed"

    monkeypatch.setattr(passwords, "_hasher", Slow())
    with ThreadPoolExecutor(passwords.AT_A_TIME * 4) as pool:
        list(pool.map(hash_password, [GOOD] * passwords.AT_A_TIME * 4))
    assert most == passwords.AT_A_TIME


def test_who_waits_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    with passwords._turn(), pytest.raises(Busy):
        hash_password(GOOD)
    assert hash_password(GOOD)
