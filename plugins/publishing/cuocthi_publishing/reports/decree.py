"""How administrative papers look and are worded: annex I of Decree 30/2020/NĐ-CP of 5 March 2020 on records work.

What the annex says stands here once, and both outputs, DOCX and PDF, are made from it. "I.II.4" means: part I of the
annex, section II (the parts of a paper), number 4. Pure: no database, no files.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cuocthi.papers.words import date_parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

# --- the sheet (I.I: khổ giấy, kiểu trình bày, định lề trang, phông chữ) ---------------------------------------------

#: A4, in millimetres.
PAGE_WIDTH, PAGE_HEIGHT = 210, 297
#: Margins in millimetres: top and bottom 20 to 25, left 30 to 35, right 15 to 20.
MARGIN_TOP, MARGIN_BOTTOM, MARGIN_LEFT, MARGIN_RIGHT = 20, 20, 30, 15
#: The width that is left for text, in millimetres.
TEXT_WIDTH = PAGE_WIDTH - MARGIN_LEFT - MARGIN_RIGHT
#: Times New Roman, black. Tinos has the same widths, and its licence allows to send it along.
FACE = "Times New Roman"

# --- sizes in points (I.I.5 and the table of sample letters at the end of part I) ------------------------------------

#: National title and issuing bodies: 12 to 13, capitals.
SIZE_HEAD = 12
#: The motto, 13 to 14, bold, one point above the national title.
SIZE_MOTTO = 13
#: Number and symbol: 13, upright.
SIZE_NUMBER = 13
#: Place and date: 13 to 14, italic.
SIZE_DATE = 13
#: Title, abstract, text, signature, page numbers: 13 to 14.
SIZE_TEXT = 14
#: The words "Nơi nhận": 12, bold italic; the recipients themselves: 11.
SIZE_RECIPIENTS_TITLE, SIZE_RECIPIENTS = 12, 11
#: Text in tables: the annex leaves it open; one step below the text keeps rows short.
SIZE_TABLE = 12

# --- paragraphs (I.II.6: nội dung văn bản) ---------------------------------------------------------------------------

#: The first line is set back by 1 or 1.27 cm.
FIRST_LINE_INDENT = 10
#: Between paragraphs at least 6 points; lines between single and 1.5.
PARAGRAPH_SPACING, LINE_SPACING = 6, 1.15

# --- fixed words -----------------------------------------------------------------------------------------------------

#: I.II.1: Quốc hiệu, in capitals, and Tiêu ngữ, with hyphens between blanks, a line below that is as long as the words.
NATIONAL_TITLE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
#: The length of the motto in Times New Roman bold, in ems: its line is drawn so long.
MOTTO_EMS = 12.4
#: I.II.6: the text of a paper with a title ends so.
END = "./."
#: What is written by hand later: a number, a day, a month.
BLANK = "\u00a0" * 8
SHORT_BLANK = "\u00a0" * 5


class PaperKind(StrEnum):
    """Which paper it is. The values of :data:`ABBREVIATIONS` are those of annex III, part I."""

    REPORT = "report"
    NOTICE = "notice"
    DECISION = "decision"
    MINUTES = "minutes"


#: Names of kinds of papers and their abbreviations (annex III, part I: bảng chữ viết tắt tên loại văn bản).
TITLES = {
    PaperKind.REPORT: "Báo cáo",
    PaperKind.NOTICE: "Thông báo",
    PaperKind.DECISION: "Quyết định",
    PaperKind.MINUTES: "Biên bản",
}
ABBREVIATIONS = {
    PaperKind.REPORT: "BC",
    PaperKind.NOTICE: "TB",
    PaperKind.DECISION: "QĐ",
    PaperKind.MINUTES: "BB",
}


def symbol(kind: PaperKind, body: str) -> str:
    """Return number and symbol with a blank for the number: "Số:        /BC-STTTT" (I.II.3).

    ``body`` is the abbreviation of who issues it. A stroke stands after the number, a hyphen without blanks between
    the groups of the symbol.
    """
    return f"Số:{BLANK}/{short_symbol(kind, body)}"


def short_symbol(kind: PaperKind, body: str) -> str:
    """Return the symbol alone: "BC-STTTT", "BC" where nobody said how the body is abbreviated."""
    groups = [ABBREVIATIONS[kind], body.strip().upper()]
    return "-".join(group for group in groups if group)


def long_date(day: date) -> str:
    """Return a day as it stands in a paper: "ngày 05 tháng 9 năm 2024" (I.II.4)."""
    parts = date_parts(day)
    return f"ngày {parts['day']} tháng {parts['month']} năm {parts['year']}"


def short_date(day: date) -> str:
    """Return a day in digits, with noughts where a paper has them: 05/9/2024, 10/02/2025."""
    parts = date_parts(day)
    return f"{parts['day']}/{parts['month']}/{parts['year']}"


def blank_date(year: int) -> str:
    """Return the date of a paper that is not signed yet: day and month are written by hand."""
    return f"ngày{SHORT_BLANK}tháng{SHORT_BLANK}năm {year}"


def place_and_date(place: str, year: int) -> str:
    """Return the line of place and date, the place blank where it is not known (I.II.4)."""
    return f"{place.strip() or '…………'}, {blank_date(year)}"


# --- who signs (I.II.7: chức vụ, họ tên và chữ ký của người có thẩm quyền) -------------------------------------------


class Authority(StrEnum):
    """By which authority somebody signs (article 13 of the decree; I.II.7a).

    ``OWN``: as the head. ``ACTING`` (Q., quyền): acting as the head. ``DEPUTY`` (KT., ký thay): a deputy for the head.
    ``ORDER`` (TL., thừa lệnh): by standing order of the head. ``DELEGATED`` (TUQ., thừa ủy quyền): by written
    delegation for a time.
    """

    OWN = "own"
    ACTING = "acting"
    DEPUTY = "deputy"
    ORDER = "order"
    DELEGATED = "delegated"


#: What stands before the head's title where somebody signs for the head.
_FOR_THE_HEAD = {Authority.DEPUTY: "KT.", Authority.ORDER: "TL.", Authority.DELEGATED: "TUQ."}


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs: for the collective ``body`` (TM., "" where a head signs alone), by which authority, as what.

    ``head`` is the title of the head for whom somebody else signs ("Giám đốc"); ``position`` is the signer's own.
    ``name`` is empty where it is written by hand.
    """

    body: str = ""
    authority: Authority = Authority.OWN
    head: str = ""
    position: str = ""
    name: str = ""

    @property
    def for_the_head(self) -> bool:
        """Whether somebody signs for a head, who has to be named then."""
        return self.authority in _FOR_THE_HEAD


def signature_lines(signatory: Signatory) -> list[str]:
    """Return the lines above a signature, in capitals: "TM. BAN TỔ CHỨC", "KT. TRƯỞNG BAN", "PHÓ TRƯỞNG BAN".

    The collective stands first, then for whom it is signed, then the signer's own title.
    """
    lines = [f"TM. {signatory.body}"] if signatory.body else []
    if signatory.for_the_head:
        lines.append(f"{_FOR_THE_HEAD[signatory.authority]} {signatory.head}")
    acting = "Q. " if signatory.authority is Authority.ACTING else ""
    if signatory.position:
        lines.append(f"{acting}{signatory.position}")
    return [line.upper() for line in lines]


# --- recipients and annexes (I.II.9, I.III.1) ------------------------------------------------------------------------


def recipient_lines(recipients: Sequence[str], *, first: str = "", archive: str = "VT") -> list[str]:
    """Return the lines below "Nơi nhận:": each with a dash and a semicolon, the last one "Lưu" with a full stop.

    ``first`` goes before all others: "Như trên" where the paper names whom it is for, "Như Điều 3" in a decision.
    ``archive`` says where it is kept: VT (văn thư), then who drafted it.
    """
    # Who writes "Như trên" besides means the same.
    lines = dict.fromkeys(line.strip().rstrip(";.") for line in ([first, *recipients] if first else recipients))
    return [*(f"- {line};" for line in lines), f"- Lưu: {archive}."]


def annex_title(number: int, total: int) -> str:
    """Return the heading of an annex: numbered in Roman numerals where there are two or more."""
    return f"Phụ lục {roman(number)}" if total > 1 else "Phụ lục"


def annex_note(kind: PaperKind, body: str, issuer: str, year: int) -> str:
    """Return with which paper an annex goes, in brackets, number and date blank."""
    return f"(Kèm theo {TITLES[kind]} số{BLANK}/{short_symbol(kind, body)} {blank_date(year)} của {issuer})"


_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """Return a number from 1 to 39 in Roman numerals, as parts and annexes are counted."""
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text
