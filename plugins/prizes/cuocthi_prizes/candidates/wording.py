"""What the rules say of candidates, in the languages a campaign can be held in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi_prizes.settings import Check

if TYPE_CHECKING:
    from cuocthi_prizes.settings import PrizeSettings


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language, with ``{fields}``."""

    checked: str
    checks: Mapping[Check, str]
    compared: str
    asked: str


_VI = Wording(
    checked="Trước khi thông qua danh sách đạt giải, Ban Tổ chức thực hiện với từng người được đề nghị trao giải: "
    "{checks}.",
    checks={
        Check.CONTACT: "liên hệ trực tiếp",
        Check.IDENTITY: "đối chiếu nhân thân",
        Check.ENTRY: "xem xét bài thi và các dấu hiệu kèm theo",
    },
    compared="Người được đề nghị trao giải được đối chiếu với thành viên các ban của cuộc thi và những người biết "
    "trước đề thi, đáp án.",
    asked="Người được đề nghị trao giải có ít nhất {days} ngày, kể từ ngày Ban Tổ chức gửi đề nghị, để cung cấp số căn "
    "cước và cách nhận tiền thưởng. Người không cung cấp trong thời hạn đó có thể không được xét nữa; người từ chối "
    "nhận giải thì không được xét nữa; người xếp hạng kế tiếp được xét thay.",
)

_EN = Wording(
    checked="Before a list is adopted, the organisers do this for each candidate for a prize: {checks}.",
    checks={
        Check.CONTACT: "they get in touch with the person",
        Check.IDENTITY: "they check who it is",
        Check.ENTRY: "they look at the entry and at what is known of it",
    },
    compared="Candidates are compared with the members of the committees and with everybody who knew questions.",
    asked="Candidates have at least {days} days, from the day on which the organisers ask them, to give their ID "
    "number and say how they are paid. Who does not in that time may be passed over, who declines the prize is passed "
    "over, and the next in rank moves up.",
)

_LANGUAGES = {"vi": _VI, "en": _EN}


def candidate_lines(scheme: PrizeSettings, language: str) -> list[str]:
    """Return what the rules say of candidates, a paragraph each; nothing where the scheme demands nothing of them."""
    words = _LANGUAGES.get(language, _EN)
    lines = []
    if scheme.candidate_checks:
        checks = "; ".join(words.checks[check] for check in scheme.candidate_checks)
        lines.append(f"{words.checked.format(checks=checks)} {words.compared}")
    if scheme.answer_days:
        lines.append(words.asked.format(days=scheme.answer_days))
    return lines
