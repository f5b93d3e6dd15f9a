"""Texts in the language of a campaign rather than of the reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask_babel import force_locale

from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from cuocthi.text import Text


def writer(language: str) -> Callable[[Text], str]:
    """Return a function that writes texts in ``language``; for :func:`cuocthi.rules.domain.compose`."""

    def write(text: Text) -> str:
        with force_locale(language):
            return translate(text)

    return write
