"""Texts in the language of a campaign's content: a publication speaks one language, whoever reads it."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel.support import NullTranslations, Translations

from cuocthi import folders
from cuocthi.text import Text
from cuocthi.web import formats

if TYPE_CHECKING:
    from collections.abc import Callable

CATALOGUE = Path(__file__).parent / "translations"


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the texts of publishing in a language, those of the core where publishing has none."""
    own = Translations.load(CATALOGUE, [language], "publishing")
    own.add_fallback(Translations.load(folders.CATALOGUE, [language], "cuocthi"))
    return own


def say(text: Text, language: str) -> str:
    """Return a text in ``language``, the numbers in it written as that language writes them."""
    params = {name: _written(value, language) for name, value in text.params.items()}
    if text.plural is None:
        message = str(catalogue(language).gettext(text.msgid))
    else:
        message = str(catalogue(language).ngettext(text.msgid, text.plural, text.count))
    return message % params if params else message


def _written(value: object, language: str) -> object:
    if isinstance(value, Text):
        return say(value, language)
    if isinstance(value, datetime):
        return formats.moment(value, language)
    if isinstance(value, date):
        return formats.day(value, language)
    if isinstance(value, int) and not isinstance(value, bool):
        return formats.number(value, language)
    return value


def speaker(language: str) -> Callable[[Text], str]:
    """Return :func:`say` for one language."""
    return lambda text: say(text, language)
