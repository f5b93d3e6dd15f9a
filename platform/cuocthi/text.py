"""Texts that are translated where they are shown, not where they are made.

Domain code knows no language and no request. It hands out :class:`Text` values; the edge of the system
(a page, the command line) turns them into the reader's language. ``T`` and ``TN`` are the markers that the
catalogue extraction looks for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from cuocthi.clock import from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Mapping


#: Control characters that end no line; word processors leave some in what is copied from them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
#: What Unicode gives no meaning and leaves to programs and fonts: they mean nothing to anybody else.
_PRIVATE = re.compile("[\ud800-\udfff\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")


def cleaned(text: str) -> str:
    """Return what people write without what they cannot have meant: control characters and those for private use."""
    return _PRIVATE.sub("", _CONTROL.sub(" ", text))


@dataclass(frozen=True, slots=True)
class Until:
    """A moment at which something ends, as a parameter of a text: midnight is told as the end of the day before."""

    moment: datetime

    def __str__(self) -> str:
        """Return the moment as a text in English writes it where nobody formats it."""
        return str(self.moment)


@dataclass(frozen=True, slots=True)
class Text:
    """A message of a catalogue with its parameters.

    ``msgid`` is the English text with ``%(name)s`` marks; ``plural`` and ``count`` are set for texts that depend on
    a number. Parameters may be numbers, datetimes, ends (:class:`Until`), strings or texts; the edge formats each by
    its type.
    """

    msgid: str
    params: Mapping[str, object] = field(default_factory=dict)
    plural: str | None = None
    count: int = 1

    def __str__(self) -> str:
        """Return the untranslated (English) text, for logs and exceptions."""
        chosen = self.msgid if self.plural is None or self.count == 1 else self.plural
        return chosen % self.params if self.params else chosen


def T(msgid: str, **params: object) -> Text:  # noqa: N802 - the short name keeps call sites readable
    """Mark ``msgid`` for translation and keep its parameters."""
    return Text(msgid, params)


def TN(singular: str, plural: str, count: int, **params: object) -> Text:  # noqa: N802 - see T
    """Mark a text with a number; ``%(count)s`` is filled from ``count``."""
    return Text(singular, {"count": count, **params}, plural, count)


def pack(text: Text) -> dict[str, object]:
    """Return ``text`` as a value that JSON can hold; :func:`unpack` makes it again."""
    packed: dict[str, object] = {"text": text.msgid}
    if text.params:
        packed["params"] = {name: _packed(value) for name, value in text.params.items()}
    if text.plural is not None:
        packed |= {"plural": text.plural, "count": text.count}
    return packed


def unpack(packed: Mapping[str, Any]) -> Text:
    """Return the text that :func:`pack` made ``packed`` from."""
    params = {name: _unpacked(value) for name, value in packed.get("params", {}).items()}
    return Text(packed["text"], params, packed.get("plural"), packed.get("count", 1))


def _packed(value: object) -> object:
    if isinstance(value, Text):
        return pack(value)
    if isinstance(value, Until):
        return {"until": to_micros(value.moment)}
    if isinstance(value, datetime):
        return {"moment": to_micros(value)}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value if value is None or type(value) in (bool, int, str) else str(value)


def _unpacked(value: object) -> object:
    if not isinstance(value, dict):
        return value
    if "moment" in value:
        return from_micros(value["moment"])
    if "until" in value:
        return Until(from_micros(value["until"]))
    if "day" in value:
        return date.fromisoformat(value["day"])
    return unpack(value)
