"""How a lot is drawn: pure functions that anybody can write again, as ``verify_lot.py`` and ``verify-lot.js`` do.

Every digest is the SHA-256 of lines of UTF-8 text, each with its line end (LF), of which the first says what it is of:

* entrants: the head of the lot (:func:`head_of`), then the contest numbers in ascending order of their characters.
  It is published before anybody gives a part.
* seal of a part: digest of the entrants, number of the part (1 or 2), nonce, part. It is published with the part given.
* seed: digest of the entrants, part 1, part 2.
* place: the HMAC-SHA-256, whose key are the 32 bytes of the seed, of the first line and the contest number. Places
  ascend with it.

Whoever knows neither seed nor key cannot tell one order from another, so that every order is as likely as any other as
far as the parts are beyond anybody's choice.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Names this way of drawing; another way has another number, and files say by which one they were made.
FORMAT = "cuocthi lot 1"
ENTRANTS, SEAL, SEED, PLACE = (f"{FORMAT}: {what}" for what in ("entrants", "seal", "seed", "place"))


def head_of(
    *, campaign: str, round_: str, number: int, version: int, digest: str, rank: int, sources: Sequence[str]
) -> list[str]:
    """Return the lines that stand before the contest numbers.

    They name the address of the campaign, the key of the round, the number of the lot in it, the version of the
    ranking with its digest, the rank that is shared, and where the parts of the seed come from.
    """
    return [ENTRANTS, campaign, round_, str(number), str(version), digest, str(rank), *map(written, sources)]


def written(text: str) -> str:
    """Return a text as it stands in a line: NFC, without line ends, one space at most between two words."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def entrants_digest(head: Sequence[str], codes: Iterable[str]) -> str:
    """Return the digest of the entrants of a lot; the order in which they are given does not matter."""
    return _digest([*head, *sorted(codes)]).hexdigest()


def seal_of(entrants: str, number: int, nonce: str, part: str) -> str:
    """Return what is published of a part as soon as it is given."""
    return _digest([SEAL, entrants, str(number), nonce, part]).hexdigest()


def seed_of(entrants: str, parts: Sequence[str]) -> str:
    """Return the seed of a lot from the digest of its entrants and both parts, in the order of their numbers."""
    return _digest([SEED, entrants, *parts]).hexdigest()


def order_of(seed: str, codes: Iterable[str]) -> list[str]:
    """Return contest numbers in the order of a lot; the order in which they are given does not matter."""
    key = bytes.fromhex(seed)

    def place(code: str) -> tuple[bytes, str]:
        return hmac.digest(key, f"{PLACE}\n{code}\n".encode(), "sha256"), code

    return sorted(codes, key=place)


def _digest(lines: Iterable[str]) -> hashlib._Hash:
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode())
