"""Taking part: who may join, what is frozen then, and how an enrolment stops and starts to count."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from cuocthi.campaigns.entrants import entrant_rules
from cuocthi.campaigns.models import CampaignState
from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.queries import has_sat
from cuocthi.committees.reading import revealing_reads
from cuocthi.consents.domain import give_consent, text_digest, words_in_force
from cuocthi.enrolments import queries
from cuocthi.enrolments.answers import NOTHING, keep_answers, take_answers
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import Closed, Conflict, DomainError, Forbidden
from cuocthi.rules.queries import current_rules
from cuocthi.text import T
from cuocthi.units.queries import full_name
from cuocthi.users.models import User

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign, Division
    from cuocthi.context import Context
    from cuocthi.enrolments.answers import Answers
    from cuocthi.rules.models import RulesVersion
    from cuocthi.security.personal_data import Vault
    from cuocthi.units.models import Unit

MAX_UNIT_NOTE = 200
MAX_REASON = 400

#: No letters or digits that are mistaken for one another when a number is read out.
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 8


def check_may_join(ctx: Context, *, campaign: Campaign, user_id: int | None) -> None:
    """Raise Closed if nobody can join a campaign now, Forbidden if this person may not."""
    if campaign.state is not CampaignState.OPEN:
        raise Closed(T("Registration for this contest is not open."))
    closes_at = queries.joining_closes_at(ctx, campaign_id=campaign.id)
    if closes_at is not None and closes_at <= ctx.now:
        raise Closed(T("The contest closed at %(when)s; nobody can join it any more.", when=closes_at))
    if user_id is not None and has_sat(ctx, campaign_id=campaign.id, user_id=user_id):
        message = T("You sit or sat on a committee of this contest. Its members may not take part in it.")
        raise Forbidden(message)
    if user_id is not None and revealing_reads(ctx, campaign_id=campaign.id, user_id=user_id):
        # Those of the committee of an earlier edition, or an administrator, who sit on none here.
        message = T("According to the log you know questions of this contest. Who knows them may not take part in it.")
        raise Forbidden(message)


def check_may_know(ctx: Context, *, campaign: Campaign, user_id: int) -> None:
    """Raise Forbidden if somebody takes part in a campaign, or in another edition of it, and so may know no questions.

    The counterpart of :func:`check_may_join`, for what reveals them (one statement).
    """
    entry = queries.entry_in_any_edition(ctx, campaign_id=campaign.id, user_id=user_id)
    if entry is not None:
        raise Forbidden(
            T(
                "You take part in “%(campaign)s” with the contest number %(code)s, and questions of this campaign are "
                "or were asked there too. Who knows them may not take part, so nothing was shown to you and your entry "
                "counts as before. If you need to read them, please first ask the organisers of that contest to "
                "exclude your entry.",
                campaign=entry.campaign,
                code=entry.code,
            )
        )


def enrol(
    ctx: Context,
    *,
    campaign: Campaign,
    user: User,
    unit: Unit,
    category: str,
    unit_note: str = "",
    division: Division | None = None,
    consent: bool,
    consent_seen: int | None = None,
    rules_version: RulesVersion | None,
    answers: Answers = NOTHING,
    vault: Vault | None = None,
    code: str = "",
) -> Enrolment:
    """Let a person take part; name, unit, category and answers are frozen as they are now.

    ``answers`` are to what the campaign asks beyond that (:class:`cuocthi.campaigns.entrants.EntrantRules`), which
    the ``vault`` encrypts; where it asks nothing more, neither is needed. What is known of the person need not be
    answered again. Whether somebody else has given the same citizen ID number makes no difference here.
    ``consent_seen`` is the number of the version of the words of consent that the person read, ``rules_version`` the
    version of the rules that the person accepted; ``code`` is given only where the contest number must be known
    beforehand. Somebody who takes part already gets the enrolment there is, whatever is asked. Raises Closed, Forbidden
    (committee members), Conflict (``rules``, ``consent``: they were changed meanwhile) or DomainError with the field
    ``unit``, ``unit_note``, ``category``, ``division``, ``consent``, ``rules`` or one of those of
    :func:`cuocthi.enrolments.answers.take_answers`; the ages that a campaign asks for are decided here.
    """
    # An appointment to a committee locks the same row, so that nobody slips in beside it.
    active = ctx.session.scalar(sa.select(User.active).where(User.id == user.id).with_for_update())
    if not active:
        raise Forbidden(T("This account is closed. Please sign in again."))
    existing = queries.enrolment_of(ctx, campaign_id=campaign.id, user_id=user.id)
    if existing is not None:
        return existing
    check_may_join(ctx, campaign=campaign, user_id=user.id)
    note = check_unit(ctx, unit=unit, unit_note=unit_note)
    _check_profile(campaign, category, division)
    _check_acceptance(ctx, campaign, rules_version, consent=consent)
    words = words_in_force(ctx, campaign=campaign, seen=consent_seen)
    asked = entrant_rules(ctx, campaign=campaign)
    taken = take_answers(ctx, rules=asked.value, division=division, answers=answers, user_id=user.id, vault=vault)
    enrolment = _insert(
        ctx,
        campaign_id=campaign.id,
        user_id=user.id,
        division_id=None if division is None else division.id,
        unit_id=unit.id,
        category=category,
        name=user.name,
        name_folded=user.name_folded,
        name_sort=user.name_sort,
        unit_name=full_name(ctx, unit=unit),
        unit_path=unit.path,
        unit_note=note,
        state=EnrolmentState.ACTIVE,
        excluded_reason="",
        rules_version_id=None if rules_version is None else rules_version.id,
        asked_version_id=asked.version_id,
        consent_digest=text_digest(campaign.consent_text),
        enrolled_at=ctx.now,
        code=code,
    )
    if words is not None:
        give_consent(ctx, enrolment_id=enrolment.id, version=words)
    keep_answers(ctx, enrolment=enrolment, rules=asked.value, answers=taken, vault=vault)
    return enrolment


def check_unit(ctx: Context, *, unit: Unit, unit_note: str) -> str:
    """Return what is kept of the name that somebody wrote for a unit: nothing, unless the tree lacks the unit.

    Raises DomainError (field ``unit``) for a unit that nobody can take part for today, or (``unit_note``) where the
    name is missing or too long.
    """
    today = ctx.now.astimezone(LOCAL_ZONE).date()
    valid = (unit.valid_from is None or unit.valid_from <= today) and (unit.valid_to is None or today < unit.valid_to)
    if not unit.selectable or not valid:
        raise DomainError(T("This unit cannot be chosen. Please look for another one."), field="unit")
    note = " ".join(unit_note.split())
    if unit.kind != queries.OTHER_UNIT:
        return ""
    if not note:
        raise DomainError(T("Please write the name of your unit."), field="unit_note")
    if len(note) > MAX_UNIT_NOTE:
        message = T("The name of a unit may have at most %(count)s characters.", count=MAX_UNIT_NOTE)
        raise DomainError(message, field="unit_note")
    return note


def _check_profile(campaign: Campaign, category: str, division: Division | None) -> None:
    if campaign.categories and category not in campaign.categories:
        raise DomainError(T("Please choose who you are."), field="category")
    if (division is None) == bool(campaign.divisions) or (division and division.campaign_id != campaign.id):
        raise DomainError(T("Please choose a division."), field="division")


def _check_acceptance(ctx: Context, campaign: Campaign, accepted: RulesVersion | None, *, consent: bool) -> None:
    if not consent:
        message = T("Without your consent to the processing of your data you cannot take part.")
        raise DomainError(message, field="consent")
    in_force = current_rules(ctx, campaign_id=campaign.id)
    if in_force is None:
        return
    if accepted is None:
        raise DomainError(T("Please read the rules and accept them."), field="rules")
    if accepted.id != in_force.id:
        raise _issued_anew()


def _issued_anew() -> Conflict:
    return Conflict(
        T("The rules were issued anew in the meantime. Please read them and accept them again."), field="rules"
    )


def _insert(ctx: Context, **values: Any) -> Enrolment:
    """Insert an enrolment, or return the one that another request of the same person has just inserted."""
    dialect = ctx.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    while True:
        values["code"] = values["code"] or _new_code()
        ctx.session.execute(insert(Enrolment).values(**values).on_conflict_do_nothing())
        found = queries.enrolment_of(ctx, campaign_id=values["campaign_id"], user_id=values["user_id"])
        if found is not None:
            return found
        # Somebody else has this very number: draw another one.
        values["code"] = ""


def _new_code() -> str:
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(_CODE_LENGTH))


def accept_rules(ctx: Context, *, enrolment: Enrolment, version: RulesVersion | None) -> None:
    """Note that a person accepts the rules that were issued after joining.

    Raises Conflict (field ``rules``) if that is not the version in force.
    """
    in_force = current_rules(ctx, campaign_id=enrolment.campaign_id)
    if version is None or in_force is None or version.id != in_force.id:
        raise _issued_anew()
    enrolment.rules_version_id = in_force.id
    ctx.session.flush()


def exclude(ctx: Context, *, enrolment: Enrolment, reason: str) -> None:
    """Let an enrolment count no longer. Raises DomainError without a reason, Conflict if it is excluded already."""
    written = " ".join(reason.split())
    if not written:
        raise DomainError(T("Please give the reason for the exclusion."), field="reason")
    if len(written) > MAX_REASON:
        message = T("The reason may have at most %(count)s characters.", count=MAX_REASON)
        raise DomainError(message, field="reason")
    if enrolment.state is EnrolmentState.EXCLUDED:
        raise Conflict(T("%(name)s has been excluded already.", name=enrolment.name))
    enrolment.state = EnrolmentState.EXCLUDED
    enrolment.excluded_reason = written
    ctx.session.flush()


def restore(ctx: Context, *, enrolment: Enrolment, reason: str) -> None:
    """Let an excluded enrolment count again. Raises DomainError without a reason, Conflict if it is not excluded."""
    if not reason.strip():
        raise DomainError(T("Please give the reason for the restoration."), field="reason")
    if enrolment.state is EnrolmentState.ACTIVE:
        raise Conflict(T("%(name)s is not excluded.", name=enrolment.name))
    enrolment.state = EnrolmentState.ACTIVE
    enrolment.excluded_reason = ""
    ctx.session.flush()
