"""Whether things suffice for rows that each need some of those that fit them, where one may fit several rows.

A bipartite b-matching, found by augmenting paths (Ford and Fulkerson, "Maximal flow through a network", Canadian
Journal of Mathematics 8, 1956): a row that needs one more takes a thing that is left, or one that another row gives up
because it finds something else. Things that fit the same rows are counted, not told apart, so that the effort follows
the number of rows, not that of things. Where no path is left, the rows that were reached need more than all that fits
any of them (Hall's condition), and that is what can be said in words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: The rows that a thing fits, by their places.
Fit = frozenset[int]


@dataclass(frozen=True, slots=True)
class Lack:
    """Rows that together need more things than fit any of them."""

    rows: Fit
    needed: int
    available: int


def lacks(needs: Sequence[int], supply: Mapping[Fit, int]) -> Iterator[Lack]:
    """Yield what is missing; nothing exactly if every row can have what it needs, no thing twice.

    ``needs`` tells of each row how many things it needs, ``supply`` how many things fit which rows.
    """
    left = Counter(supply)
    given: Counter[tuple[int, Fit]] = Counter()
    for row, needed in enumerate(needs):
        for _ in range(needed):
            reached = _give_one_more(row, left, given)
            if reached:
                available = sum(count for fit, count in supply.items() if fit & reached)
                yield Lack(reached, sum(needs[other] for other in reached), available)
                break


def suffices(needs: Sequence[int], supply: Mapping[Fit, int]) -> bool:
    """Tell whether every row can have what it needs."""
    return next(lacks(needs, supply), None) is None


def _give_one_more(row: int, left: Counter[Fit], given: Counter[tuple[int, Fit]]) -> Fit:
    """Give a row one more thing, others on the way perhaps another one; if that cannot be, return the rows reached."""
    # Of each row reached: which row would take which thing from it.
    reached: dict[int, tuple[int, Fit] | None] = {row: None}
    for taker in (queue := [row]):
        for fit in [fit for fit in left if taker in fit]:
            if left[fit]:
                left[fit] -= 1
                _pass_on(taker, fit, reached, given)
                return frozenset()
            holders = [other for other in fit if other not in reached and given[other, fit]]
            for holder in sorted(holders):
                reached[holder] = (taker, fit)
                queue.append(holder)
    return frozenset(reached)


def _pass_on(
    taker: int, fit: Fit, reached: Mapping[int, tuple[int, Fit] | None], given: Counter[tuple[int, Fit]]
) -> None:
    """Give a thing to a row, and what it gives up for it to the row that asked, and so on to the first."""
    given[taker, fit] += 1
    step = reached[taker]
    while step is not None:
        receiver, passed = step
        given[taker, passed] -= 1
        given[receiver, passed] += 1
        taker, step = receiver, reached[receiver]
