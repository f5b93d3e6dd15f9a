"""Texts in the language of a campaign's content: its rules and its publication, whoever reads them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel.support import NullTranslations, Translations

from cuocthi.text import Text
from cuocthi.web import formats

if TYPE_CHECKING:
    from collections.abc import Callable

CATALOGUE = Path(__file__).parent / "translations"
DOMAIN = "quiz"


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(CATALOGUE, [language], DOMAIN)


def say(text: Text, language: str) -> str:
    """Return a text in ``language``, the numbers in it written as that language writes them."""
    catalogue = _catalogue(language)
    params = {name: _written(value, language) for name, value in text.params.items()}
    if text.plural is None:
        message = str(catalogue.gettext(text.msgid))
    else:
        message = str(catalogue.ngettext(text.msgid, text.plural, text.count))
    return message % params if params else message


def _written(value: object, language: str) -> object:
    if isinstance(value, Text):
        return say(value, language)
    if isinstance(value, int) and not isinstance(value, bool):
        return formats.number(value, language)
    return value


def speaker(language: str) -> Callable[[Text], str]:
    """Return :func:`say` for one language."""
    return lambda text: say(text, language)
