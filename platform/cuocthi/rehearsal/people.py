"""Synthetic people, plausible and reproducible: names, units by headcount, skill, speed, and when they come.

Everything of a person follows from the rehearsal's seed and the person's number, so that the order in which people
are simulated cannot change anything.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FAMILY_NAMES = [
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
    "Đào",
    "Đoàn",
    "Vương",
    "Trịnh",
    "Trương",
    "Đinh",
    "Lâm",
    "Phùng",
    "Mai",
    "Tô",
    "Hà",
    "Tạ",
    "Khúc",
    "Quách",
]
MIDDLE_NAMES = [
    "Văn",
    "Thị",
    "Hữu",
    "Đức",
    "Thanh",
    "Minh",
    "Ngọc",
    "Quang",
    "Thu",
    "Xuân",
    "Hồng",
    "Mạnh",
    "Công",
    "Kim",
    "Diệu",
    "Gia",
    "Bảo",
    "Khánh",
    "Phương",
    "Đình",
]
GIVEN_NAMES = [
    "An",
    "Anh",
    "Ánh",
    "Bình",
    "Châu",
    "Chi",
    "Cường",
    "Dung",
    "Dũng",
    "Duyên",
    "Đạt",
    "Đức",
    "Giang",
    "Hà",
    "Hải",
    "Hạnh",
    "Hiền",
    "Hiếu",
    "Hoa",
    "Hoà",
    "Hùng",
    "Hương",
    "Huyền",
    "Khánh",
    "Khoa",
    "Lan",
    "Linh",
    "Loan",
    "Long",
    "Mai",
    "Minh",
    "Nam",
    "Nga",
    "Ngân",
    "Nghĩa",
    "Nhung",
    "Oanh",
    "Phong",
    "Phúc",
    "Quân",
    "Quỳnh",
    "Sơn",
    "Tâm",
    "Thảo",
    "Thắng",
    "Thuỷ",
    "Trang",
    "Trung",
    "Tuấn",
    "Tùng",
    "Tuyết",
    "Uyên",
    "Vân",
    "Việt",
    "Yến",
]

#: A share of people comes in the last hours before the close, another spread over the days, most by daylight.
_LATE_SHARE = 0.25
_LATE = timedelta(hours=6)
#: Nobody starts so late that the first question cannot be read.
_LAST_START = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Person:
    """A synthetic person; ``skill`` and ``speed`` in 0..1, ``code`` is the contest number."""

    number: int
    seed: str
    name: str
    contact: str
    unit_code: str
    category: str
    code: str
    skill: float
    speed: float
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where people come from: a unit's code, a category, and how many are entitled there."""

    unit_code: str
    category: str
    weight: int


def division_of(person: Person, keys: Sequence[str]) -> str:
    """Return the division that is called like the person's category, or else one after the other; "" without any."""
    if not keys or person.category in keys:
        return person.category if keys else ""
    return keys[person.number % len(keys)]


def people(
    *, seed: int, number: int, places: Sequence[Place], windows: Mapping[int, tuple[datetime, datetime]]
) -> list[Person]:
    """Return ``number`` people who come within the window of the first round (``windows`` by round number)."""
    opens_at, closes_at = windows[min(windows)]
    totals = list(accumulate(place.weight for place in places))
    return [
        _person(f"{seed}:{index}", index, places=places, totals=totals, opens_at=opens_at, closes_at=closes_at)
        for index in range(1, number + 1)
    ]


def _person(
    seed: str, number: int, *, places: Sequence[Place], totals: list[int], opens_at: datetime, closes_at: datetime
) -> Person:
    draw = random.Random(seed)  # noqa: S311 - synthetic people need no secrecy but the same course each time
    place = draw.choices(places, cum_weights=totals)[0]
    return Person(
        number=number,
        seed=seed,
        name=" ".join(draw.choice(names) for names in (FAMILY_NAMES, MIDDLE_NAMES, GIVEN_NAMES)),
        contact=f"nguoi-thi-{number}@rehearsal.example",
        unit_code=place.unit_code,
        category=place.category,
        code=f"D{number:07d}",
        skill=draw.betavariate(5, 2),
        speed=draw.betavariate(3, 3),
        starts_at=_start(draw, opens_at, closes_at),
    )


def _start(draw: random.Random, opens_at: datetime, closes_at: datetime) -> datetime:
    last = closes_at - _LAST_START
    late = min(_LATE, (last - opens_at) / 2)
    if draw.random() < _LATE_SHARE:
        moment = last - late * draw.random()
    else:
        day = opens_at + (last - opens_at) * draw.random()
        # Around ten in the morning and two in the afternoon, as offices do.
        hour = draw.choice((10, 14)) + draw.gauss(0, 1.5)
        moment = day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hour)
    return max(opens_at, min(last, moment)).replace(microsecond=draw.randrange(1_000_000))
