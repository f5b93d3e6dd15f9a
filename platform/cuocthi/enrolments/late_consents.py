"""The consent of a parent or guardian that staff take after the registration, for instance on paper.

A child cannot register without it. It is missing where it came out later that somebody is a child, when a date of birth
was put right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.clock import LOCAL_ZONE
from cuocthi.enrolments.ages import child_is_asked, needs_guardian, today
from cuocthi.enrolments.answers import answers_of, asked_of
from cuocthi.enrolments.guardians import check_guardian, keep_guardian
from cuocthi.errors import Conflict, DomainError
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.campaigns.entrants import EntrantRules
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.answers import Answers
    from cuocthi.enrolments.guardians import GuardianAnswer
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.security.personal_data import Vault


class Means(StrEnum):
    """How a parent or guardian consented before staff."""

    PAPER = "paper"
    PRESENT = "present"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Taking:
    """How and on which day a parent or guardian consented before staff."""

    means: Means
    given_on: date


def lacks_consent(enrolment: Enrolment, *, rules: EntrantRules, answers: Answers) -> bool:
    """Tell whether a child takes part for whom nobody has consented; ``rules`` are those that it answered."""
    joined = today(enrolment.enrolled_at)
    return answers.guardian is None and needs_guardian(rules, answers.birth_date, day=joined)


def take_consent(
    ctx: Context, *, campaign: Campaign, enrolment: Enrolment, guardian: GuardianAnswer, taking: Taking, vault: Vault
) -> None:
    """Keep the consent of a parent or guardian for a child that takes part, sealed as if it had come with the form.

    The audit log says how and when it was given and whether the child is named in public; it names nobody. Raises
    DomainError (fields of the guardian, ``given_on``), Conflict if none is missing (any more).
    """
    ctx.session.refresh(enrolment, with_for_update=True)
    rules, answers = asked_of(ctx, enrolment=enrolment), answers_of(ctx, enrolment=enrolment, vault=vault)
    born = answers.birth_date
    if born is None or not lacks_consent(enrolment, rules=rules, answers=answers):
        raise Conflict(T("No consent of a parent or guardian is missing for %(name)s.", name=enrolment.name))
    checked = check_guardian(guardian)
    if not born <= taking.given_on <= today(ctx.now):
        message = T("Please check the day: a consent is given after the birth of the child, and not in the future.")
        raise DomainError(message, field="given_on")
    keep_guardian(
        ctx,
        enrolment=enrolment,
        rules=rules,
        guardian=checked,
        child_asked=child_is_asked(born, day=today(enrolment.enrolled_at)),
        at=datetime.combine(taking.given_on, time(), LOCAL_ZONE),
        vault=vault,
    )
    ctx.session.flush()
    record(
        ctx,
        action="core:guardian:consent",
        summary=T("Recorded the consent of a parent or guardian"),
        campaign=campaign,
        object_kind="enrolment",
        object_id=enrolment.id,
        after={
            "means": taking.means,
            "given_on": taking.given_on.isoformat(),
            "named_in_public": enrolment.publishes_name,
        },
    )
