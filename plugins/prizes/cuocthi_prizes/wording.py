"""What prizes print in the languages a campaign can be held in: content of the campaign, not of the interface."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of one language, with ``{fields}``."""

    list_title: str
    heading: str
    individual: str
    one: str
    several: str
    total: str
    allocation: str
    collective: str
    decided_later: str


_VI = Wording(
    list_title="Danh sách cá nhân, tập thể đạt giải",
    heading="Giải thưởng",
    individual="**Giải cá nhân**",
    one="- {quantity:02} {title}: trị giá {value};",
    several="- {quantity:02} {title}, mỗi giải trị giá {value};",
    total="Tổng giá trị giải cá nhân: {total} ({words}).",
    allocation="Giải được trao theo thứ tự xếp hạng trong kết quả đã được thông qua, từ giải cao nhất trở xuống; mỗi "
    "người nhận nhiều nhất một giải cá nhân. Người bị loại khỏi kết quả không được nhận giải; người xếp hạng kế tiếp "
    "được xét thay.",
    collective="**Giải tập thể**",
    decided_later="Căn cứ kết quả cụ thể của các đơn vị, Ban Tổ chức quyết định cơ cấu, giá trị giải thưởng cho phù "
    "hợp.",
)

_EN = Wording(
    list_title="Award list",
    heading="Prizes",
    individual="**Individual prizes**",
    one="- {quantity} × {title}: {value};",
    several="- {quantity} × {title}: {value} each;",
    total="All individual prizes together: {total}.",
    allocation="Prizes are given in the order of the adopted ranking, the highest first; nobody receives more than one "
    "individual prize. Whoever is excluded from the results receives none, and the next in rank moves up.",
    collective="**Collective prizes**",
    decided_later="The organising committee decides on number and value by the results of the units.",
)

_LANGUAGES = {"vi": _VI, "en": _EN}


def wording(language: str) -> Wording:
    """Return the texts of a language; English where there are none of its own."""
    return _LANGUAGES.get(language, _EN)


def uncapitalised(title: str) -> str:
    """Return a prize's name as it stands within a line: "giải Nhất"."""
    return title[:1].lower() + title[1:]
