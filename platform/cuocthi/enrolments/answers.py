"""What people answer to what a campaign asks beyond name, contact and unit: checked, encrypted, put right by staff."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.campaigns.entrants import MAX_ANSWER, Ask, EntrantRules
from cuocthi.campaigns.settings import load_version
from cuocthi.enrolments.ages import check_age, check_birth_date, child_is_asked, needs_guardian, today
from cuocthi.enrolments.guardians import GuardianAnswer, check_guardian, guardian_of, keep_guardian
from cuocthi.errors import ContractError, DomainError
from cuocthi.text import T
from cuocthi.users.citizen_ids import normalise_citizen_id
from cuocthi.users.profiles import complete_profile, correct_profile, known_of

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign, Division
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.security.personal_data import Vault

#: Own questions of a campaign are form fields under this prefix and their key.
OWN = "own_"


@dataclass(frozen=True, slots=True)
class Answers:
    """What somebody answered; what was not asked, or is known already, stays empty. ``own`` is by the fields' keys."""

    birth_date: date | None = None
    citizen_id: str = ""
    own: Mapping[str, str] = field(default_factory=dict)
    guardian: GuardianAnswer | None = None


NOTHING = Answers()


def take_answers(
    ctx: Context, *, rules: EntrantRules, division: Division | None, answers: Answers, user_id: int, vault: Vault | None
) -> Answers:
    """Return what a person joins with: the answers together with what is known already, each in its one written form.

    What the campaign does not ask is dropped; what is new the person's profile keeps. Raises DomainError with the field
    ``birth_date``, ``citizen_id``, ``own_<key>``, ``division``, or ``guardian_name``, ``guardian_relation``,
    ``guardian_contact`` and ``guardian_consent``.
    """
    if not rules.asks:
        return NOTHING
    own_vault = _present(vault)
    known = known_of(ctx, user_id=user_id, vault=own_vault)
    day = today(ctx.now)
    born = _birth_date(rules, answers.birth_date or known.birth_date, day)
    number = _citizen_id(rules, answers.citizen_id or known.citizen_id, born)
    check_age(rules, division, born, day=day)
    own = _own(rules, answers.own)
    guardian = check_guardian(answers.guardian) if needs_guardian(rules, born, day=day) else None
    complete_profile(ctx, user_id=user_id, birth_date=born, citizen_id=number, vault=own_vault)
    return Answers(born, number, own, guardian)


def keep_answers(
    ctx: Context, *, enrolment: Enrolment, rules: EntrantRules, answers: Answers, vault: Vault | None
) -> None:
    """Freeze on an enrolment what :func:`take_answers` returned, encrypted, and who consented for a child."""
    if not rules.asks:
        return
    own_vault = _present(vault)
    _freeze(enrolment, answers, own_vault)
    if answers.guardian is not None and answers.birth_date is not None:
        keep_guardian(
            ctx,
            enrolment=enrolment,
            rules=rules,
            guardian=answers.guardian,
            child_asked=child_is_asked(answers.birth_date, day=today(ctx.now)),
            at=ctx.now,
            vault=own_vault,
        )
    ctx.session.flush()


def answers_of(ctx: Context, *, enrolment: Enrolment, vault: Vault) -> Answers:
    """Return what was frozen on an enrolment, in the clear (one statement for the guardian). Raises Undecipherable."""
    if enrolment.details is None:
        return NOTHING
    found = json.loads(vault.decrypt(enrolment.details, belongs_to=_owner(enrolment)))
    born = found.get("birth_date")
    return Answers(
        birth_date=date.fromisoformat(born) if born else None,
        citizen_id=found.get("citizen_id", ""),
        own=found.get("own", {}),
        guardian=guardian_of(ctx, enrolment=enrolment, vault=vault),
    )


def asked_of(ctx: Context, *, enrolment: Enrolment) -> EntrantRules:
    """Return what the campaign asked when this person joined (one statement)."""
    return load_version(ctx, version_id=enrolment.asked_version_id, schema=EntrantRules)


def correct_answers(
    ctx: Context, *, campaign: Campaign, enrolment: Enrolment, answers: Answers, vault: Vault
) -> list[str]:
    """Put right what was answered, on the enrolment and in the person's profile; return the names of what changed.

    The guardian stays. The audit log names what was changed, never a value. Raises DomainError as
    :func:`take_answers`; where the true age does not allow to take part, the entry is to be excluded instead.
    """
    rules, before = asked_of(ctx, enrolment=enrolment), answers_of(ctx, enrolment=enrolment, vault=vault)
    day = today(enrolment.enrolled_at)
    division = next((item for item in campaign.divisions if item.id == enrolment.division_id), None)
    born = _birth_date(rules, answers.birth_date, day)
    number = _citizen_id(rules, answers.citizen_id, born)
    check_age(rules, division, born, day=day)
    after = Answers(born, number, _own(rules, answers.own), before.guardian)
    if after == before:
        return []
    # What this campaign does not ask, or what stays as it was here, other campaigns may know by now.
    known = known_of(ctx, user_id=enrolment.user_id, vault=vault)
    correct_profile(
        ctx,
        user_id=enrolment.user_id,
        birth_date=known.birth_date if born == before.birth_date else born,
        citizen_id=known.citizen_id if number == before.citizen_id else number,
        vault=vault,
    )
    _freeze(enrolment, after, vault)
    if not needs_guardian(rules, born, day=day):
        enrolment.publishes_name = True
    elif before.guardian is None:
        # Nobody has consented to the child's name in public.
        enrolment.publishes_name = False
    ctx.session.flush()
    changed = [
        item.name for item in dataclasses.fields(Answers) if getattr(after, item.name) != getattr(before, item.name)
    ]
    record(
        ctx,
        action="core:profile:correct",
        summary=T("Put right what a participant had entered"),
        campaign=campaign,
        object_kind="enrolment",
        object_id=enrolment.id,
        after={"changed": changed},
    )
    return changed


def _freeze(enrolment: Enrolment, answers: Answers, vault: Vault) -> None:
    values = {
        "birth_date": None if answers.birth_date is None else answers.birth_date.isoformat(),
        "citizen_id": answers.citizen_id,
        "own": dict(answers.own),
    }
    text = json.dumps({name: value for name, value in values.items() if value}, ensure_ascii=False, sort_keys=True)
    enrolment.details = vault.encrypt(text, belongs_to=_owner(enrolment))


def _owner(enrolment: Enrolment) -> str:
    return f"core_enrolment.details:{enrolment.id}"


def _present(vault: Vault | None) -> Vault:
    if vault is None:
        msg = "this campaign asks for personal data: whoever enrols people there passes the vault"
        raise ContractError(msg)
    return vault


def _birth_date(rules: EntrantRules, given: date | None, day: date) -> date | None:
    if rules.birth_date is Ask.NO:
        return None
    if given is None and rules.birth_date is Ask.REQUIRED:
        raise DomainError(T("Please enter the date of birth."), field="birth_date")
    if given is not None:
        check_birth_date(given, day=day)
    return given


def _citizen_id(rules: EntrantRules, given: str, birth_date: date | None) -> str:
    if rules.citizen_id is Ask.NO:
        return ""
    if not given.strip():
        if rules.citizen_id is Ask.REQUIRED:
            raise DomainError(T("Please enter the citizen ID number."), field="citizen_id")
        return ""
    return normalise_citizen_id(given, birth_date=birth_date)


def _own(rules: EntrantRules, given: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for asked in rules.fields:
        place, answer = f"{OWN}{asked.key}", " ".join(given.get(asked.key, "").split())
        if not answer:
            if asked.required:
                raise DomainError(T("Please answer: %(label)s.", label=asked.label), field=place)
            continue
        if asked.choices and answer not in asked.choices:
            raise DomainError(T("Please choose one of the answers offered."), field=place)
        if len(answer) > MAX_ANSWER:
            raise DomainError(T("An answer may have at most %(most)s characters.", most=MAX_ANSWER), field=place)
        found[asked.key] = answer
    return found
