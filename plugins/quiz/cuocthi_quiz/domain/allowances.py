"""How many attempts a person has left, and from when the next one may begin: what follows from those that were made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from cuocthi.clock import LOCAL_ZONE
from cuocthi.text import TN, T
from cuocthi_quiz.settings import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.text import Text
    from cuocthi_quiz.models import Attempt
    from cuocthi_quiz.settings import QuizSettings


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a person who has no paper open may still do in a round.

    ``left`` attempts in the span that the settings name, ``left_in_contest`` in all rounds together (None: any number).
    The next one may begin at ``begins_at``, which lies behind if it may begin at once; None: there is none any more.
    """

    left: int | None
    left_in_contest: int | None
    begins_at: datetime | None

    def allows(self, now: datetime) -> bool:
        """Whether an attempt may begin now."""
        return self.begins_at is not None and self.begins_at <= now


def span_of(span: Span, moment: datetime) -> tuple[datetime, datetime] | None:
    """Return the day, or the week from Monday 00:00, that holds a moment, as people in Vietnam count; None for a round.

    Both ends are moments; the end is the first one that no longer belongs to it.
    """
    if span is Span.ROUND:
        return None
    local = moment.astimezone(LOCAL_ZONE).date()
    first = local - timedelta(days=local.weekday()) if span is Span.WEEK else local
    after = first + timedelta(days=7 if span is Span.WEEK else 1)
    return datetime.combine(first, time(), LOCAL_ZONE), datetime.combine(after, time(), LOCAL_ZONE)


def allowance(settings: QuizSettings, *, made: Sequence[Attempt], elsewhere: int, now: datetime) -> Allowance:
    """Return what the settings still allow after the attempts ``made`` in the round, in order.

    ``elsewhere`` attempts count in the contest's other rounds. An attempt belongs to the day and week in which it was
    started; one that an incident granted, to those of the attempt in whose place it stands. The cooldown runs from the
    hand-in of the attempt before.
    """
    counting = [attempt for attempt in made if attempt.counts]
    left_in_contest = _left(settings.attempts_in_contest, len(counting) + elsewhere)
    span = span_of(settings.attempts_in, now)
    starts = _starts(made)
    used = sum(span is None or span[0] <= starts[attempt.id] < span[1] for attempt in counting)
    left = _left(settings.attempts, used)
    if left_in_contest == 0 or (left == 0 and span is None):
        return Allowance(left, left_in_contest, None)
    begins_at = _after_cooldown(settings, counting, now)
    if left == 0 and span is not None:
        begins_at = max(begins_at, span[1])
    return Allowance(left, left_in_contest, begins_at)


def _left(limit: int, used: int) -> int | None:
    return max(limit - used, 0) if limit else None


def _starts(made: Sequence[Attempt]) -> dict[int, datetime]:
    """Return by id when each attempt was started, or the first of those that it stands in place of."""
    starts: dict[int, datetime] = {}
    for attempt in made:
        starts[attempt.id] = starts.get(attempt.replaces_id or 0, attempt.started_at)
    return starts


def _after_cooldown(settings: QuizSettings, counting: Sequence[Attempt], now: datetime) -> datetime:
    if not counting:
        return now
    # A paper whose time is up may not have been handed in yet; it will count as handed in then.
    handed_in = counting[-1].submitted_at or counting[-1].deadline
    return handed_in + timedelta(minutes=settings.cooldown)


def refusal(settings: QuizSettings, allowed: Allowance, *, now: datetime, closes_at: datetime) -> Text | None:
    """Say why no attempt may begin now and when one may, None if one may; the round closes at ``closes_at``."""
    if allowed.allows(now):
        return None
    if allowed.left_in_contest == 0:
        return TN(
            "You have used your %(count)s attempt in this contest.",
            "You have used all your %(count)s attempts in this contest.",
            settings.attempts_in_contest,
        )
    if allowed.begins_at is None:
        return TN(
            "You have used your %(count)s attempt.", "You have used all your %(count)s attempts.", settings.attempts
        )
    if allowed.begins_at >= closes_at:
        return T("The round closes before you could begin another attempt.")
    return _later(settings, allowed, allowed.begins_at)


def _later(settings: QuizSettings, allowed: Allowance, at: datetime) -> Text:
    if allowed.left == 0 and settings.attempts_in is Span.WEEK:
        return T("You have used your attempts of this week. The next one may begin at %(moment)s.", moment=at)
    if allowed.left == 0:
        return T("You have used your attempts of today. The next one may begin at %(moment)s.", moment=at)
    return T("Between two attempts there is a pause. The next one may begin at %(moment)s.", moment=at)
