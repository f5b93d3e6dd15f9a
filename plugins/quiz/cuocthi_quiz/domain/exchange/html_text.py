"""HTML of other systems as the Markdown, or the plain text, of the bank."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_quiz.domain.exchange.album import PICTURE, written
from cuocthi_quiz.domain.exchange.texts import cleaned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cuocthi.text import Text

    Shown = Callable[[str], str | None]

SMALL = T("a raised or lowered sign stands on the line now")
_TABLE = T("a table is taken over as lines")
_BLOCKS = frozenset(
    {"p", "div", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "section"}
)
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_HIDDEN = frozenset({"script", "style", "head", "title", "audio", "video", "object", "template"})
_ESCAPED = re.compile(r"[\\`*]|(?<![^\W_])_|_(?![^\W_])|^(?=[#>])", re.MULTILINE)
_MARKUP = re.compile(r"</?(?:p|br|b|strong|i|em|u|ul|ol|li|div|span|img|sub|sup|table|h[1-6])\b[^>]*>", re.IGNORECASE)
_BREAKS = re.compile(r"\n{3,}")


_RAISED = dict(zip("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True))
_LOWERED = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))


def raised(text: str) -> str | None:
    """Return a text in raised signs (m²), or None if Unicode has not all of them."""
    return "".join(_RAISED[sign] for sign in text) if set(text) <= set(_RAISED) else None


def lowered(text: str) -> str | None:
    """Return a text in lowered signs (H₂O), or None if Unicode has not all of them."""
    return "".join(_LOWERED[sign] for sign in text) if set(text) <= set(_LOWERED) else None


def has_markup(text: str) -> bool:
    """Tell whether a text that may be either is meant as HTML."""
    return _MARKUP.search(text) is not None


def from_html(html: str, *, markdown: bool, picture: Shown | None = None) -> tuple[str, Sequence[Text]]:
    """Return HTML as Markdown, or as plain text without it, and what of it is lost.

    ``picture`` takes the address of a picture and returns its key, or None after noting why it is lost.
    """
    reader = _Reader(markdown=markdown, picture=picture)
    reader.feed(html)
    reader.close()
    return reader.result(), reader.lost


class _Reader(HTMLParser):
    """Turns elements into the signs of Markdown."""

    def __init__(self, *, markdown: bool, picture: Shown | None) -> None:
        super().__init__(convert_charrefs=True)
        self._picture = picture
        self.lost: list[Text] = []
        self._markdown = markdown
        self._out: list[str] = []
        self._lists: list[int | None] = []
        self._hidden = 0
        self._small = ""
        self._links: list[str] = []

    def result(self) -> str:
        lines = (line.strip(" \t") for line in "".join(self._out).split("\n"))
        return cleaned(_BREAKS.sub("\n\n", "\n".join(lines)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _BLOCKS:
            self._block(tag)
        elif tag == "br":
            self._out.append("\\\n" if self._markdown else "\n")
        elif tag in {"li", "tr"}:
            self._item(tag)
        elif tag == "img":
            self._show(dict(attrs))
        elif tag in {"sub", "sup"}:
            self._small = tag
        elif tag == "a" and self._markdown:
            self._links.append(dict(attrs).get("href") or "")
            self._out.append("\0[")
        elif self._markdown and tag in _MARKS:
            self._out.append(f"\0{_MARKS[tag]}")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in _BLOCKS:
            if tag in {"ul", "ol"} and self._lists:
                self._lists.pop()
            self._out.append("\n\n" if not self._lists else "\n")
        elif tag in {"td", "th"}:
            self._out.append(" | ")
        elif tag in {"sub", "sup"}:
            self._small = ""
        elif tag == "a" and self._links:
            self._close_link(self._links.pop())
        elif self._markdown and tag in _MARKS:
            self._close(_MARKS[tag])

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        text = re.sub(r"\s+", " ", data.replace("\xa0", " "))
        if self._small:
            text = self._raised(text)
        if self._markdown:
            text = _ESCAPED.sub(lambda found: f"\\{found[0]}", text)
        ended = not self._out or self._out[-1].endswith(("\n", " "))
        self._out.append(text.lstrip() if ended and text else text)

    def _show(self, said: Mapping[str, str | None]) -> None:
        """Show a picture, or what it shows in words where it is lost."""
        alternative = said.get("alt") or ""
        if self._picture is None or not self._markdown:
            self._lose(PICTURE)
        elif key := self._picture(said.get("src") or ""):
            self._out.append(written(alternative, key))
            return
        self._out.append(f" {alternative} " if alternative else "")

    def _raised(self, text: str) -> str:
        """Return raised or lowered signs as the letters that Unicode has for them; others stand on the line."""
        small = raised(text) if self._small == "sup" else lowered(text)
        if small is None:
            self._lose(SMALL)
        return text if small is None else small

    def _close_link(self, address: str) -> None:
        words = self._taken("[")
        shown = words.strip()
        linked = address.startswith(("https://", "http://")) and shown and not set(address) & set("()<> \n")
        self._out.append(f"[{shown}]({address})" if linked else words)

    def _taken(self, mark: str) -> str:
        """Take back what was written since a mark."""
        words = ""
        while self._out and self._out[-1] != f"\0{mark}":
            words = self._out.pop() + words
        if self._out:
            self._out.pop()
        return words

    def _close(self, mark: str) -> None:
        """End a mark: it stands right at the words, or nowhere."""
        words = self._taken(mark)
        inner = words.strip()
        before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
        self._out.append(f"{before}{mark}{inner}{mark}{after}" if inner and "\n\n" not in inner else words)

    def close(self) -> None:
        """Finish; what was never ended has no mark."""
        super().close()
        self._out = [piece for piece in self._out if not piece.startswith("\0")]

    def _block(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self._lists.append(0 if tag == "ol" else None)
        if tag == "table":
            self._lose(_TABLE)
        if self._out:
            self._out.append("\n\n" if len(self._lists) <= 1 else "\n")

    def _item(self, tag: str) -> None:
        if tag == "tr" or not self._lists:
            self._out.append("\n")
            return
        count = self._lists[-1]
        if count is not None:
            self._lists[-1] = count + 1
        sign = "- " if count is None else f"{count + 1}. "
        indent = "   " * (len(self._lists) - 1)
        self._out.append(f"\n{indent}{sign if self._markdown or count is not None else '– '}")

    def _lose(self, what: Text) -> None:
        if what not in self.lost:
            self.lost.append(what)
