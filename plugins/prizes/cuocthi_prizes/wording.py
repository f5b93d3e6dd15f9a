"""What prizes print in the languages a campaign can be held in: content of the campaign, not of the interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.web.formats import money
from cuocthi_prizes.formula import UnitMeasure

if TYPE_CHECKING:
    from cuocthi_prizes.formula import Formula
    from cuocthi_prizes.settings import ExtraPrizes


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language, with ``{fields}``.

    ``prize`` begins the line of a tier with its number, ``open_prize`` that of one without; the other lines follow it.
    ``block`` is what a block of units is called.
    """

    list_title: str
    of_a_part: str
    heading: str
    individual: str
    individual_of: str
    for_each_round: str
    for_round: str
    for_removed_round: str
    but_for: str
    for_division: str
    for_block: str
    prize: str
    open_prize: str
    worth: str
    worth_each: str
    in_kind: str
    threshold: str
    share: str
    total: str
    total_each_round: str
    total_without_open: str
    allocation: str
    allocation_by_list: str
    share_ties: str
    once_a_round: str
    once: str
    several_times: str
    once_of_set: str
    several_times_of_set: str
    passed_over: str
    collective: str
    collective_of: str
    decided_later: str
    formula: str
    of_block: str
    block: str
    measures: Mapping[UnitMeasure, str]
    weighted: str
    band: str
    bands: str
    least_persons: str
    least_winners: str
    equal_units: str
    official: str
    extra: str
    extra_total: str
    extra_counts: str
    extra_beside: str
    unit_once_a_round: str
    unit_once: str
    unit_several_times: str
    unit_passed_over: str


_VI = Wording(
    list_title="Danh sách cá nhân, tập thể đạt giải",
    of_a_part="{list} – {set}, {round}",
    heading="Giải thưởng",
    individual="**Giải cá nhân**",
    individual_of="**{set}**",
    for_each_round="Các giải sau được trao riêng cho từng vòng thi, theo kết quả của vòng đó:",
    for_round="Các giải sau được trao theo kết quả của vòng “{round}”:",
    for_removed_round="Các giải sau được trao cho một vòng thi đã bị bỏ khỏi tiến trình (mã “{key}”):",
    but_for="Các giải này không trao cho: {rounds}.",
    for_division="Các giải này chỉ dành cho người dự thi ở {division}, theo thứ tự của họ trong bảng xếp hạng.",
    for_block="Các giải cá nhân này chỉ dành cho người dự thi của các đơn vị thuộc {block}, theo thứ tự của họ trong "
    "bảng xếp hạng.",
    prize="- {quantity:02} {title}",
    open_prize="- {title}",
    worth=": trị giá {value}",
    worth_each=", mỗi giải trị giá {value}",
    in_kind="{text}",
    threshold="dành cho người đạt từ {percent}% số điểm tối đa trở lên",
    share="không quá {percent}% số người có kết quả xếp hạng (lấy phần nguyên)",
    total="Tổng giá trị giải cá nhân: {total} ({words}).",
    total_each_round="Tổng giá trị giải cá nhân của mỗi vòng: {total} ({words}).",
    total_without_open="Tổng trên chưa gồm các giải không ấn định số lượng.",
    allocation="Giải được trao theo thứ tự xếp hạng trong kết quả đã được thông qua, từ giải cao nhất trở xuống; mỗi "
    "người nhận nhiều nhất một giải cá nhân. Người bị loại khỏi kết quả không được nhận giải; người xếp hạng kế tiếp "
    "được xét thay.",
    allocation_by_list="Giải được trao theo thứ tự xếp hạng trong kết quả đã được thông qua, từ giải cao nhất trở "
    "xuống; trong mỗi nhóm giải của một vòng, mỗi người nhận nhiều nhất một giải cá nhân. Người bị loại khỏi kết quả "
    "không được nhận giải; người xếp hạng kế tiếp được xét thay.",
    share_ties="Những người bằng nhau theo mọi tiêu chí ở giải cuối cùng của một mức đều được nhận giải đó, kể cả khi "
    "vì thế số giải của mức đó vượt số lượng nêu trên; số lượng giải của các mức sau giữ nguyên.",
    once_a_round="Trong một vòng, mỗi người nhận nhiều nhất một giải cá nhân, kể cả khi được xét ở nhiều nhóm giải.",
    once="Trong cả cuộc thi, mỗi người nhận nhiều nhất một giải cá nhân.",
    several_times="Trong cả cuộc thi, mỗi người nhận nhiều nhất {most} giải cá nhân.",
    once_of_set="Trong cả cuộc thi, mỗi người nhận nhiều nhất một giải của nhóm này.",
    several_times_of_set="Trong cả cuộc thi, mỗi người nhận nhiều nhất {most} giải của nhóm này.",
    passed_over="Người đã nhận đủ số giải theo danh sách được thông qua trước thì không được xét nữa; người xếp hạng "
    "kế tiếp được xét thay.",
    collective="**Giải tập thể**",
    collective_of="**Giải tập thể – {set}**",
    decided_later="Căn cứ kết quả cụ thể của các đơn vị, Ban Tổ chức quyết định cơ cấu, giá trị giải thưởng cho phù "
    "hợp.",
    formula="Các đơn vị được xét lần lượt theo: {measures}.",
    of_block="dành cho các đơn vị thuộc {block}",
    block="khối",
    measures={
        UnitMeasure.PERSONS: "số người dự thi",
        UnitMeasure.WINNERS: "số giải cá nhân trong cùng danh sách đạt giải",
        UnitMeasure.RATE: "tỷ lệ người dự thi trên tổng số người được dự thi",
        UnitMeasure.MEAN: "điểm trung bình của người dự thi",
        UnitMeasure.WEIGHTED: "điểm tổng hợp",
    },
    weighted="Điểm tổng hợp tính theo hệ số: {weights}. Tỷ lệ tính trên 1; điểm trung bình tính trên điểm tối đa; số "
    "người, số giải tính trên số cao nhất trong cùng khối.",
    band="từ {headcount} người: {percent}%",
    bands="Đơn vị phải đạt tỷ lệ người dự thi tối thiểu theo quy mô: {bands}.",
    least_persons="Chỉ xét đơn vị có từ {least} người dự thi trở lên.",
    least_winners="Chỉ xét đơn vị có từ {least} giải cá nhân trở lên trong cùng danh sách đạt giải.",
    equal_units="Nếu các đơn vị bằng nhau mà không đủ giải thì Ban Tổ chức quyết định.",
    extra="Ngoài các giải theo thứ tự xếp hạng, Ban Tổ chức có thể quyết định trao thêm cho người dự thi nhiều nhất "
    "{most} giải phụ trong mỗi danh sách, có nêu lý do",
    extra_total="; tổng giá trị không quá {total}",
    extra_counts="Giải phụ được tính như giải cá nhân: người đã có giải trong cùng danh sách, hoặc đã nhận đủ số giải, "
    "không được trao giải phụ.",
    extra_beside="Giải phụ không tính vào số giải cá nhân mà một người được nhận.",
    unit_once_a_round="Trong một vòng, mỗi đơn vị nhận nhiều nhất một giải tập thể, kể cả khi được xét ở nhiều nhóm "
    "giải.",
    unit_once="Trong cả cuộc thi, mỗi đơn vị nhận nhiều nhất một giải tập thể.",
    unit_several_times="Trong cả cuộc thi, mỗi đơn vị nhận nhiều nhất {most} giải tập thể.",
    unit_passed_over="Đơn vị đã nhận đủ số giải theo danh sách được thông qua trước thì không được xét nữa; đơn vị kế "
    "tiếp được xét thay.",
    official="Danh sách đạt giải đã được thông qua là kết quả chính thức khi có Biên bản họp và Quyết định trao giải; "
    "giấy chứng nhận được cấp theo Quyết định đó. Kết quả chính thức chỉ được sửa bằng một danh sách mới, nêu rõ nội "
    "dung, lý do sửa, và theo một Quyết định mới.",
)

_EN = Wording(
    list_title="Award list",
    of_a_part="{list}: {set}, {round}",
    heading="Prizes",
    individual="**Individual prizes**",
    individual_of="**{set}**",
    for_each_round="These prizes are given in each round, by the results of that round:",
    for_round="These prizes are given by the results of the round “{round}”:",
    for_removed_round="These prizes are given in a round that was removed from the timeline (code “{key}”):",
    but_for="These prizes are not given in: {rounds}.",
    for_division="These prizes are only for those in {division}, in their order in the ranking.",
    for_block="These individual prizes are only for those whose unit is in {block}, in their order in the ranking.",
    prize="- {quantity} × {title}",
    open_prize="- {title}",
    worth=": {value}",
    worth_each=": {value} each",
    in_kind="{text}",
    threshold="for those who reach {percent}% of the maximum score",
    share="to at most {percent}% of those who are ranked (rounded down)",
    total="All individual prizes together: {total}.",
    total_each_round="All individual prizes of a round together: {total}.",
    total_without_open="Prizes whose number is not fixed come on top.",
    allocation="Prizes are given in the order of the adopted ranking, the highest first; nobody receives more than one "
    "individual prize. Whoever is excluded from the results receives none, and the next in rank moves up.",
    allocation_by_list="Prizes are given in the order of the adopted ranking, the highest first; of one set in one "
    "round nobody receives more than one individual prize. Whoever is excluded from the results receives none, and the "
    "next in rank moves up.",
    share_ties="All who are equal by every criterion at the last prize of a kind receive that prize, even where more "
    "of the kind are given by that than stated; the prizes after it keep their number.",
    once_a_round="In one round nobody receives more than one individual prize, of whichever set.",
    once="In the whole contest nobody receives more than one individual prize.",
    several_times="In the whole contest nobody receives more than {most} individual prizes.",
    once_of_set="In the whole contest nobody receives more than one prize of this set.",
    several_times_of_set="In the whole contest nobody receives more than {most} prizes of this set.",
    passed_over="Whoever has received that many by lists that were adopted before is passed over, and the next in rank "
    "moves up.",
    collective="**Collective prizes**",
    collective_of="**Collective prizes: {set}**",
    decided_later="The organising committee decides on number and value by the results of the units.",
    formula="Units are compared by, one after the other: {measures}.",
    of_block="for units of {block}",
    block="block",
    measures={
        UnitMeasure.PERSONS: "the persons who took part",
        UnitMeasure.WINNERS: "the individual prizes in the same award list",
        UnitMeasure.RATE: "the share of the people entitled who took part",
        UnitMeasure.MEAN: "the mean score of those who took part",
        UnitMeasure.WEIGHTED: "the weighted score",
    },
    weighted="The weighted score counts: {weights}. A share counts out of 1, a mean out of the maximum score, persons "
    "and prizes out of the most in the same block.",
    band="from {headcount} people: {percent}%",
    bands="A unit needs a least share of participants by its size: {bands}.",
    least_persons="Only units with {least} participants or more are compared.",
    least_winners="Only units with {least} individual prizes or more in the same award list are compared.",
    equal_units="Where units are equal and there are too few prizes, the organising committee decides.",
    extra="Beside the prizes by rank, the organising committee may give participants at most {most} extra prizes in "
    "each list, with the reason",
    extra_total="; together they are worth at most {total}",
    extra_counts="An extra prize counts like an individual prize: whoever has a prize in the same list, or has had "
    "as many as are allowed, gets none.",
    extra_beside="Extra prizes do not count among the individual prizes that a person may receive.",
    unit_once_a_round="In one round no unit receives more than one collective prize, of whichever set.",
    unit_once="In the whole contest no unit receives more than one collective prize.",
    unit_several_times="In the whole contest no unit receives more than {most} collective prizes.",
    unit_passed_over="A unit that has received that many by lists that were adopted before is passed over, and the "
    "next unit moves up.",
    official="An adopted award list is official once the minutes of the meeting and the decision to award are there; "
    "certificates are given by that decision. What is official is corrected only by a new list, which says what "
    "changes and why, and by a new decision.",
)

_LANGUAGES = {"vi": _VI, "en": _EN}


def wording(language: str) -> Wording:
    """Return the texts of a language; English where there are none of its own."""
    return _LANGUAGES.get(language, _EN)


def formula_line(formula: Formula, language: str) -> str:
    """Return by what units are compared, in a sentence; nothing without a formula."""
    words = wording(language)
    if formula.is_empty:
        return ""
    return words.formula.format(measures="; ".join(words.measures[measure] for measure in formula.by))


def formula_lines(formula: Formula, language: str) -> list[str]:
    """Return everything that the rules say of a formula, a sentence each."""
    words = wording(language)
    if formula.is_empty:
        return []
    lines = [formula_line(formula, language)]
    if formula.weights:
        weights = "; ".join(f"{words.measures[one.measure]}: {one.weight}" for one in formula.weights)
        lines.append(words.weighted.format(weights=weights))
    if formula.bands:
        bands = sorted(formula.bands, key=lambda one: one.headcount)
        said = (words.band.format(headcount=one.headcount, percent=percent(one.rate, language)) for one in bands)
        lines.append(words.bands.format(bands="; ".join(said)))
    if formula.least_persons > 1:
        lines.append(words.least_persons.format(least=formula.least_persons))
    if formula.least_winners:
        lines.append(words.least_winners.format(least=formula.least_winners))
    return [*lines, words.equal_units]


def extra_lines(extra: ExtraPrizes, language: str) -> list[str]:
    """Return what the rules say of the prizes that a list may give by hand; nothing where it may give none."""
    words = wording(language)
    if extra.is_empty:
        return []
    total = words.extra_total.format(total=money(extra.total, language)) if extra.total else ""
    return [words.extra.format(most=extra.most) + total + "."]


def named_block(block: str, language: str) -> str:
    """Return a block of units as it stands within a sentence: "khối Cơ quan", or its name where that says so."""
    word = wording(language).block
    return block if block.casefold().startswith(word) else f"{word} {block}"


def uncapitalised(title: str) -> str:
    """Return a prize's name as it stands within a line: "giải Nhất"."""
    return title[:1].lower() + title[1:]


def percent(permille: int, language: str) -> str:
    """Return thousandths as a percentage without its sign: 625 is "62,5"."""
    whole, tenth = divmod(permille, 10)
    return f"{whole}{',' if language == 'vi' else '.'}{tenth}" if tenth else str(whole)
