"""Letters: out of which bytes a text is made, and how it is cleaned of what word processors leave in it."""

from __future__ import annotations

import re
import unicodedata

from cuocthi.text import T
from cuocthi_quiz.domain.exchange.drafts import Unreadable

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
#: Spaces that do not break, of a certain width, and the ones of typesetting.
_SPACES = dict.fromkeys([0xA0, 0x202F, *range(0x2000, 0x200B), 0x3000], " ")
#: What is not seen: soft hyphens, joiners of nothing, marks of byte order and of direction.
_UNSEEN = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, 0x200E, 0x200F])
_BREAKS = dict.fromkeys([0x0B, 0x0C, 0x85, 0x2028, 0x2029], "\n")
_CONTROLS = dict.fromkeys(code for code in [*range(32), *range(0x7F, 0xA0)] if code not in {0x09, 0x0A, 0x85})
_CLEANING = {**_CONTROLS, **_SPACES, **_UNSEEN, **_BREAKS}
#: Of a document's first bytes, how it says its letters are written; and the whole declaration in its text.
_HEAD = 200
_DECLARED = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml\b[^>]*\?>")
_FORBIDDEN = dict.fromkeys((code for code in range(32) if code not in {0x09, 0x0A, 0x0D}), " ")
_SPACE_AT_END = re.compile(r"[ \t]+$", re.MULTILINE)

#: Signs that TCVN3 (ABC) fonts show as Vietnamese letters inside of words; vowels with their mark behind, as in VNI.
_TCVN3 = re.compile(r"[A-Za-z][¨©ª«¬\xad®µ¶·¸¹»¼½¾]|[¨©ª«¬®µ¶·¸¹»¼½¾Ç×Þ÷þ][A-Za-z]")
_VNI = re.compile(r"[aeoAEO][âÂ]|[aeouyAEOUY][ùøûïÙØÛÏ]|[aeyAEY][õÕ]|[öÖôÔ][ùøûõï]")
#: Letters that only Unicode has: where they prevail, the others are no accident of fonts.
_VIETNAMESE = re.compile(r"[Ạ-ỹĐđƠơƯư]")
_ENOUGH = 6
_SHARE = 30
_PLAIN_UTF_16 = 4


def decoded(raw: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16, windows-1258 or windows-1252. Raises Unreadable for what is no text.

    An encoding without a mark is told by what it makes of the bytes: Vietnamese in windows-1258 leaves no accent alone.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError as error:
                raise Unreadable(T("The file is damaged: not all of its letters can be read.")) from error
    if b"\0" in raw:
        return _without_mark(raw)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return _single_bytes(raw)


def in_utf_8(raw: bytes) -> bytes:
    """Return a file as it is, or in UTF-8 if it begins like UTF-16."""
    return raw.decode("utf-16", "replace").encode() if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else raw


def declared(raw: bytes) -> str:
    """Return the text of an XML document, in the letters that its declaration names, and without the declaration.

    What XML forbids, and word processors leave in it all the same, goes too. Raises Unreadable.
    """
    found = _DECLARED.search(raw[:_HEAD])
    encoding = found[1].decode() if found else "utf-8"
    try:
        text = decoded(raw) if encoding.lower().startswith("utf") else raw.decode(encoding)
    except (LookupError, ValueError) as error:
        raise Unreadable(T("The file is damaged: not all of its letters can be read.")) from error
    return _DECLARATION.sub("", text, count=1).translate(_FORBIDDEN)


def _without_mark(raw: bytes) -> str:
    """Return UTF-16 that lacks its mark; every second byte of its spaces and digits is 0."""
    encoding = "utf-16-le" if raw[1::2].count(0) >= raw[::2].count(0) else "utf-16-be"
    halves = max(raw[1::2].count(0), raw[::2].count(0))
    try:
        if halves * _PLAIN_UTF_16 >= len(raw) // 2:
            return raw.decode(encoding)
    except UnicodeDecodeError:
        pass
    raise Unreadable(T("This is no text file."))


def _single_bytes(raw: bytes) -> str:
    vietnamese = unicodedata.normalize("NFC", raw.decode("cp1258", "replace"))
    marks = sum(map(raw.count, (b"\xcc", b"\xd2", b"\xde", b"\xec", b"\xf2")))
    if marks and "\ufffd" not in vietnamese and not any(map(unicodedata.combining, vietnamese)):
        return vietnamese
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise Unreadable(T("The letters of the file cannot be told. Please save it in UTF-8.")) from error


def refuse_old_fonts(text: str) -> None:
    """Raise Unreadable for Vietnamese that only the fonts of TCVN3 (ABC) or VNI show as such."""
    today = len(_VIETNAMESE.findall(text))
    for name, pattern in (("TCVN3 (ABC)", _TCVN3), ("VNI", _VNI)):
        found = len(pattern.findall(text))
        if found >= max(_ENOUGH, today) and found * _SHARE >= len(text.split()):
            message = T(
                "The text is written for old %(name)s fonts. Please convert it to Unicode (UniKey does) and choose it "
                "again.",
                name=name,
            )
            raise Unreadable(message)


def plain(text: str) -> str:
    """Return a text composed, with plain spaces and line breaks, without what is not seen.

    Quotation marks and dashes stay as they are written.
    """
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").translate(_CLEANING))


def cleaned(text: str) -> str:
    """Return a text as the bank keeps it: :func:`plain`, without space at its ends and those of its lines."""
    return _SPACE_AT_END.sub("", plain(text)).strip()


def one_line(text: str) -> str:
    """Return a cleaned text without line breaks."""
    return " ".join(cleaned(text).split())
