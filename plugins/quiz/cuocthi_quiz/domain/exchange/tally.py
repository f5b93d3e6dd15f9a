"""What files of other systems say of many questions and the quiz has no place for: counted, and told once a file."""

from __future__ import annotations

from collections import defaultdict
from enum import Enum, auto
from typing import TYPE_CHECKING

from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from cuocthi.text import Text

#: So many questions are named; the others are counted.
_NAMED = 5
_LONGEST = 60


class Aside(Enum):
    """What is not taken over of a question."""

    GRADE = auto()
    PENALTY = auto()
    NEGATIVE = auto()
    HIDDEN = auto()
    FIXED = auto()


_TOLD: Mapping[Aside, Callable[[Text], Text]] = {
    Aside.GRADE: lambda names: T(
        "grades of single questions (defaultgrade) are not taken over; others than 1 have %(names)s", names=names
    ),
    Aside.PENALTY: lambda names: T(
        "deductions for further tries (penalty) are not taken over; there are some for %(names)s", names=names
    ),
    Aside.NEGATIVE: lambda names: T(
        "points that wrong answers take away (negative fractions) are not taken over; there are some for %(names)s",
        names=names,
    ),
    Aside.HIDDEN: lambda names: T("questions that are hidden there are read as all others: %(names)s", names=names),
    Aside.FIXED: lambda names: T(
        "that single options keep their place (fixed) is not taken over; there are some for %(names)s", names=names
    ),
}


class Tally:
    """Counts of which questions of a file something is not taken over."""

    def __init__(self) -> None:
        self._names: dict[Aside, list[str]] = defaultdict(list)

    def add(self, name: str, asides: Iterable[Aside]) -> None:
        """Note what is not taken over of the question of this name."""
        for aside in asides:
            self._names[aside].append(" ".join(name.split())[:_LONGEST])

    def notes(self) -> Iterator[Text]:
        """Yield a note for each of what is not taken over."""
        for aside in Aside:
            if aside in self._names:
                yield _TOLD[aside](_listed(self._names[aside]))


def _listed(names: list[str]) -> Text:
    shown = ", ".join(f"“{name}”" for name in names[:_NAMED])
    if len(names) <= _NAMED:
        return T("%(names)s", names=shown)
    return T("%(names)s and %(more)s more", names=shown, more=len(names) - _NAMED)
