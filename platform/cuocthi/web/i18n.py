"""The reader's language: Vietnamese unless the reader chose English."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import Flask, g, has_request_context, redirect, request
from flask_babel import Babel, force_locale, get_translations, gettext, ngettext
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from cuocthi.text import Text, Until
from cuocthi.web import charts, formats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from werkzeug.wrappers import Response

LANGUAGES = ("vi", "en")
COOKIE = "lang"
_YEAR = 365 * 24 * 3600


def language() -> str:
    """Return the language of the page that is being made."""
    if "language" not in g:
        if not has_request_context():
            return LANGUAGES[0]
        g.language = known_language(request.args.get("lang") or request.cookies.get(COOKIE) or "")
    return str(g.language)


def known_language(chosen: str) -> str:
    """Return the language that a reader has chosen, or the first one."""
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


@contextmanager
def in_language(chosen: str) -> Iterator[None]:
    """Write texts in another language than the reader's: for letters, whose reader is not the one who asks for them."""
    before = g.get("language")
    g.language = chosen
    try:
        with force_locale(chosen):
            yield
    finally:
        g.pop("language")
        if before is not None:
            g.language = before


def translate(text: Text | str) -> str:
    """Return a text in the reader's language, its parameters written as that language writes them."""
    if isinstance(text, str):
        return text
    params = {name: _written(value) for name, value in text.params.items()}
    if text.plural is None:
        return str(gettext(text.msgid, **params)) if params else str(gettext(text.msgid))
    params.pop("num", None)
    return str(ngettext(text.msgid, text.plural, text.count, **params))


def _written(value: object) -> object:
    if isinstance(value, Text):
        return translate(value)
    if isinstance(value, Until):
        return formats.until(value.moment, language())
    if isinstance(value, datetime):
        return formats.moment(value, language())
    if isinstance(value, date):
        return formats.day(value, language())
    if isinstance(value, int) and not isinstance(value, bool):
        return formats.number(value, language())
    return value


def init_app(app: Flask, catalogues: Sequence[tuple[str, Path]]) -> None:
    """Set the languages up: catalogues are (domain, folder) pairs, one for each owner.

    A visit with ``?lang=`` stores the choice in a cookie and goes on to the same page without it.
    """
    # One for each application: it keeps the catalogues that it has merged.
    Babel().init_app(
        app,
        default_locale=LANGUAGES[0],
        default_domain=";".join(domain for domain, _ in catalogues),
        default_translation_directories=";".join(str(folder) for _, folder in catalogues),
        locale_selector=language,
    )
    app.jinja_env.filters["t"] = translate
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = _template_gettext()
    app.jinja_env.globals["ngettext"] = _with_written_numbers(app.jinja_env.globals["ngettext"])
    # What a template writes is translated there, wherever the text was made.
    app.jinja_env.finalize = lambda value: translate(value) if isinstance(value, Text) else value
    app.jinja_env.filters.update(formats.filters(language))
    app.jinja_env.globals["chart"] = charts.for_templates(language)
    app.before_request(_remember)


def _template_gettext() -> Callable[..., str]:
    """Return what templates translate with: as Jinja's own, but each catalogue is looked for once, not for every text.

    A page holds a hundred texts and more.
    """
    catalogues: dict[str, Any] = {}

    @pass_context
    def translating(context: Context, text: str, **values: object) -> str:
        # Macros are imported without the page's context.
        chosen = context.parent.get("locale") or language()
        if chosen not in catalogues:
            catalogues[chosen] = get_translations()
        found: str = catalogues[chosen].ugettext(text)
        if context.eval_ctx.autoescape:
            found = Markup(found)  # noqa: S704 - a text of the templates; its values are escaped
        return found % values if "%" in found else found

    return translating


def _with_written_numbers(ngettext: Any) -> Callable[..., Any]:
    """Let templates count as :func:`translate` does: "10.000 người"."""

    @pass_context
    def counting(context: Context, singular: str, plural: str, number: int, **values: object) -> Any:
        return ngettext(context, singular, plural, number, num=formats.number(number, language()), **values)

    return counting


def _remember() -> Response | None:
    chosen = request.args.get("lang")
    if request.method != "GET" or chosen not in LANGUAGES or request.path.startswith("/static/"):
        return None
    rest = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    response = redirect(f"{request.script_root}{quote(request.path)}{'?' + urlencode(rest) if rest else ''}")
    response.set_cookie(COOKIE, chosen, max_age=_YEAR, httponly=True, samesite="Lax")
    return response
