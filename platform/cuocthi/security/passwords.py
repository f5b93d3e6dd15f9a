"""Passwords: argon2id as OWASP advises (19 MiB, two passes, one lane), few at a time, none that is easily guessed."""

from __future__ import annotations

import os
import threading
import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from cuocthi.errors import DomainError
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MIN_LENGTH = 8
MAX_LENGTH = 200

#: How hard a password must be to guess, from 0 to 4, in zxcvbn's measure: 2 withstands guessing through this site.
MIN_STRENGTH = 2
#: How much of a long password the strength is measured on; the measure takes time that grows with the length.
MEASURED_LENGTH = 64
#: Words that everybody here would try first.
COMMON_WORDS = (
    "matkhau",
    "khongbiet",
    "anhyeuem",
    "emyeuanh",
    "anhnhoem",
    "yeuem",
    "vietnam",
    "thaibinh",
    "hungyen",
    "hanoi",
    "saigon",
    "conyeume",
    "giadinh",
    "bimat",
    "xinchao",
    "cuocthi",
    "chuyendoiso",
)

#: A sign-in takes 19 MiB and a processor for some tens of milliseconds: more at a time than processors only waits.
AT_A_TIME = max(os.cpu_count() or 1, 2)
#: Seconds to wait for one's turn in a rush before the person is asked to try again.
PATIENCE = 15.0

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(AT_A_TIME)
#: How every hash begins; erased accounts have what is none.
_SIGN = "$argon2id$"
#: What an unknown account's password is compared with, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("nobody has this password")


class Busy(DomainError):
    """Too many people are signing in at this moment."""

    status = 503


def check_strength(password: str, *, personal: Iterable[str] = ()) -> None:
    """Raise DomainError (field ``password``) if a password is too short, too long, or easily guessed.

    ``personal`` are words that others know of this person: parts of the name, the contact.
    """
    if len(password) < MIN_LENGTH:
        message = T("A password needs at least %(count)s characters.", count=MIN_LENGTH)
        raise DomainError(message, field="password")
    if len(password) > MAX_LENGTH:
        message = T("A password may have at most %(count)s characters.", count=MAX_LENGTH)
        raise DomainError(message, field="password")
    # The dictionaries are large; only what sets a password loads them.
    from zxcvbn import zxcvbn  # noqa: PLC0415 - see above

    known = [*COMMON_WORDS, *(word for word in personal if word)]
    if zxcvbn(_canonical(password)[:MEASURED_LENGTH], user_inputs=known)["score"] < MIN_STRENGTH:
        message = T("This password is easily guessed. Add another word, or letters and digits that only you know.")
        raise DomainError(message, field="password")


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password. Raises Busy."""
    with _turn():
        return _hasher.hash(_canonical(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Tell whether a password is the one of a hash; None, or what is no hash, takes as long and is never right.

    Raises Busy.
    """
    hashed = password_hash if password_hash and password_hash.startswith(_SIGN) else None
    with _turn():
        try:
            _hasher.verify(hashed or _NOBODY, _canonical(password)[: MAX_LENGTH + 1])
        except VerifyMismatchError:
            return False
    return hashed is not None


def _canonical(password: str) -> str:
    # Keyboards write ế in two ways.
    return unicodedata.normalize("NFC", password)


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise Busy(T("Very many people are signing in at this moment. Please try again in a minute."))
    try:
        yield
    finally:
        _turns.release()
