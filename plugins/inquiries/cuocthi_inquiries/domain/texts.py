"""What every text has to be that somebody enters."""

from __future__ import annotations

from cuocthi.errors import DomainError
from cuocthi.text import T


def checked(text: str, most: int, field: str, *, required: bool = True) -> str:
    """Return a text without the space around it.

    Raises DomainError at ``field`` if it is longer than ``most`` characters, or empty though ``required``.
    """
    plain = text.strip()
    if required and not plain:
        raise DomainError(T("Please write a text."), field=field)
    if len(plain) > most:
        raise DomainError(T("The text may have at most %(most)s characters.", most=most), field=field)
    return plain
