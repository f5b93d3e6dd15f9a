"""Ages in completed years, and what follows from them: who may take part, and for whom a guardian consents."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.entrants import CHILD_ASKED_FROM, OLDEST
from cuocthi.clock import LOCAL_ZONE
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.users.models import Profile
from cuocthi.users.profiles import sealed_birth_date

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.campaigns.entrants import EntrantRules
    from cuocthi.campaigns.models import Division
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault

#: So many are read at once where all are wanted.
_BATCH = 5_000

#: The form field that a refusal for the sake of the age belongs to.
FIELD = "birth_date"


def age_on(birth_date: date, day: date) -> int:
    """Return how many years somebody has completed on a day; negative before the birth.

    A year is completed on the birthday itself; who was born on 29 February completes it on 1 March of common years.
    """
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def today(now: datetime) -> date:
    """Return the day that it is here at a moment."""
    return now.astimezone(LOCAL_ZONE).date()


def check_birth_date(birth_date: date, *, day: date) -> None:
    """Raise DomainError (field ``birth_date``) for a day on which nobody who joins on ``day`` can have been born."""
    if not 0 <= age_on(birth_date, day) <= OLDEST:
        raise DomainError(T("Please check the date of birth: nobody who registers now was born then."), field=FIELD)


def check_age(rules: EntrantRules, division: Division | None, birth_date: date | None, *, day: date) -> None:
    """Raise DomainError, which says what was asked and what is, unless the ages of campaign and division allow it.

    ``day`` is that of joining, which counts where the campaign names none. The field is ``birth_date``, or
    ``division`` where another division may be right.
    """
    if birth_date is None:
        return
    on = rules.ages_on or day
    age = age_on(birth_date, on)
    known = {"day": on, "age": max(age, 0)}
    if rules.min_age is not None and age < rules.min_age:
        message = T(
            "Who takes part must be at least %(limit)s years old on %(day)s. By the date of birth that was entered, "
            "the age on that day is %(age)s.",
            limit=rules.min_age,
            **known,
        )
        raise DomainError(message, field=FIELD)
    if rules.max_age is not None and age > rules.max_age:
        message = T(
            "Who takes part may be at most %(limit)s years old on %(day)s. By the date of birth that was entered, "
            "the age on that day is %(age)s.",
            limit=rules.max_age,
            **known,
        )
        raise DomainError(message, field=FIELD)
    if division is not None:
        _check_division(division, known, age)


def _check_division(division: Division, known: dict[str, object], age: int) -> None:
    if division.min_age is not None and age < division.min_age:
        message = T(
            "“%(division)s” is for people of at least %(limit)s years on %(day)s; the age on that day is %(age)s. "
            "Please choose another division.",
            division=division.name,
            limit=division.min_age,
            **known,
        )
        raise DomainError(message, field="division")
    if division.max_age is not None and age > division.max_age:
        message = T(
            "“%(division)s” is for people of at most %(limit)s years on %(day)s; the age on that day is %(age)s. "
            "Please choose another division.",
            division=division.name,
            limit=division.max_age,
            **known,
        )
        raise DomainError(message, field="division")


def needs_guardian(rules: EntrantRules, birth_date: date | None, *, day: date) -> bool:
    """Tell whether somebody who joins on ``day`` is so young that a parent or guardian consents."""
    return birth_date is not None and 0 <= age_on(birth_date, day) < rules.guardian_below


def child_is_asked(birth_date: date, *, day: date) -> bool:
    """Tell whether a child is old enough on ``day`` to be asked itself whether its name may be published."""
    return age_on(birth_date, day) >= CHILD_ASKED_FROM


def age_counts(
    ctx: Context, *, campaign_id: int, day: date, among: sa.ColumnElement[bool], vault: Vault
) -> Counter[tuple[int | None, bool]]:
    """Return how many persons who count have completed how many years on a day, and whether ``among`` holds for them.

    ``among`` is a condition on ``core_enrolment``; the age of who gave no date of birth is None. One statement, whose
    rows pass by: dates are encrypted, so that the database cannot count them. Raises Undecipherable.
    """
    rows: Any = ctx.session.execute(
        sa.select(Enrolment.user_id, Profile.birth_date, among)
        .outerjoin(Profile, Profile.user_id == Enrolment.user_id)
        .where(Enrolment.campaign_id == campaign_id, Enrolment.state == EnrolmentState.ACTIVE)
        .execution_options(yield_per=_BATCH)
    )
    counts: Counter[tuple[int | None, bool]] = Counter()
    for user_id, sealed, holds in rows:
        age = None if sealed is None else age_on(sealed_birth_date(sealed, user_id=user_id, vault=vault), day)
        counts[age, bool(holds)] += 1
    return counts
