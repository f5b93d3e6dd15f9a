"""What is read of candidates: checks, whom they resemble, what was decided, what they answered, what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.digest import digest
from cuocthi.enrolments.resemblance import Agreement, identities, resemblances
from cuocthi_prizes.candidates.models import Candidacy, CandidateCheck, CandidateDecision, DecisionKind, Ruling
from cuocthi_prizes.candidates.numbers import Doubt, doubts, numbers_given
from cuocthi_prizes.candidates.parts import named_by, of_part, part_of
from cuocthi_prizes.settings import Check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.enrolments.resemblance import Identity, Resemblance
    from cuocthi.security.personal_data import Vault
    from cuocthi_prizes.models import AwardList, PassedOverKind
    from cuocthi_prizes.queries import Part
    from cuocthi_prizes.settings import PrizeSettings


@dataclass(frozen=True, slots=True)
class Match:
    """A likeness with what was ruled on it last, None while nobody has."""

    likeness: Resemblance
    ruling: Ruling | None

    @property
    def is_open(self) -> bool:
        """Whether the list must not be adopted on account of it: not ruled on, not covered, or the same person."""
        ruling = self.ruling
        return ruling is None or ruling.same or not self.likeness.agreeing <= set(ruling.agreeing.split())

    @property
    def agreeing(self) -> frozenset[Agreement]:
        """What agrees."""
        return self.likeness.agreeing

    @property
    def is_one_account(self) -> bool:
        """Whether candidate and member are the very same account: no ruling makes two people of it."""
        return Agreement.ACCOUNT in self.likeness.agreeing


@dataclass(slots=True)
class State:
    """How far things are with one candidate.

    ``checks`` are those that count, by what was checked, the last one each; ``outdated`` were made of somebody who is
    known otherwise by now. ``doubts`` are about the ID number.
    """

    enrolment_id: int
    checks: dict[Check, CandidateCheck] = field(default_factory=dict)
    outdated: set[Check] = field(default_factory=set)
    candidacy: Candidacy | None = None
    decisions: list[CandidateDecision] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def missing(self, demanded: Sequence[Check]) -> list[Check]:
        """Return which of the demanded checks nobody has made."""
        return [check for check in demanded if check not in self.checks]

    @property
    def open_matches(self) -> list[Match]:
        """The likenesses on account of which the list must not be adopted."""
        return [match for match in self.matches if match.is_open]

    @property
    def open_doubts(self) -> list[Doubt]:
        """The doubts about the ID number on account of which the list must not be adopted."""
        return [doubt for doubt in self.doubts if doubt.is_open]

    @property
    def has_answered(self) -> bool:
        """Whether it is known how the person is paid, with an ID number that is compared with those of others."""
        return self.candidacy is not None and self.candidacy.citizen_id_index is not None

    @property
    def set_aside(self) -> PassedOverKind | None:
        """Why the next list passes the person over, None where it does not."""
        return self.candidacy.set_aside if self.candidacy else None

    def is_settled(self, scheme: PrizeSettings) -> bool:
        """Tell whether nothing of the person holds the adoption up."""
        answered = self.has_answered or not scheme.answer_days
        open_questions = self.open_matches or self.open_doubts
        return answered and not (self.missing(scheme.candidate_checks) or open_questions or self.set_aside)


def states(
    ctx: Context, *, award_list: AwardList, vault: Vault | None, enrolments: sa.Select[Any] | None = None
) -> dict[int, State]:
    """Return by enrolment how far things are with those whom a list awards, or with these ``enrolments``.

    It takes a constant number of statements. Raises ContractError where the vault is needed and is not given.
    """
    ids = named_by(award_list) if enrolments is None else enrolments
    found = {enrolment_id: State(enrolment_id) for enrolment_id in ctx.session.scalars(ids)}
    campaign_id, part = award_list.campaign_id, part_of(award_list)
    checks = ctx.session.scalars(
        sa.select(CandidateCheck)
        .where(of_part(CandidateCheck, campaign_id, part), CandidateCheck.enrolment_id.in_(ids))
        .order_by(CandidateCheck.id)
    ).all()
    known = identities(ctx, enrolments=ids, vault=vault) if checks else {}
    for check in checks:
        own = found[check.enrolment_id]
        if still_counts(check, known):
            own.checks[check.kind] = check
        else:
            own.outdated.add(check.kind)
    for state in found.values():
        state.outdated -= set(state.checks)
    for candidacy in ctx.session.scalars(
        sa.select(Candidacy)
        .where(of_part(Candidacy, campaign_id, part), Candidacy.enrolment_id.in_(ids))
        .execution_options(populate_existing=True)
    ):
        found[candidacy.enrolment_id].candidacy = candidacy
    for decision in ctx.session.scalars(
        sa.select(CandidateDecision)
        .where(of_part(CandidateDecision, campaign_id, part), CandidateDecision.enrolment_id.in_(ids))
        .order_by(CandidateDecision.id)
    ):
        found[decision.enrolment_id].decisions.append(decision)
    for enrolment_id, matches in matches_among(ctx, campaign_id=campaign_id, enrolments=ids, vault=vault).items():
        found[enrolment_id].matches = matches
    for enrolment_id, own_doubts in doubts(ctx, award_list=award_list, enrolments=ids).items():
        found[enrolment_id].doubts = own_doubts
    return found


def still_counts(check: CandidateCheck, known: Mapping[int, Identity]) -> bool:
    """Tell whether a check is of the person who is known by now."""
    identity = known.get(check.enrolment_id)
    return identity is not None and stamp(check.kind, check.salt, identity) == check.identity


def stamp(kind: Check, salt: str, identity: Identity) -> str:
    """Return what commits to that which a check rests on: other contacts do not undo a check of the ID card."""
    if kind is Check.CONTACT:
        return digest([salt, identity.user_id, sorted(identity.contacts)])
    if kind is Check.IDENTITY:
        born = identity.born.isoformat() if identity.born else None
        return digest([salt, identity.user_id, identity.name, identity.citizen_id, born])
    return digest([salt, identity.user_id])


def matches_among(
    ctx: Context, *, campaign_id: int, enrolments: sa.Select[Any], vault: Vault | None
) -> dict[int, list[Match]]:
    """Return by enrolment whom these entries resemble, with the rulings (a constant number of statements).

    The ID numbers that candidates gave are compared too. Raises ContractError where the vault is needed and is not
    given.
    """
    given = numbers_given(ctx, campaign_id=campaign_id, enrolments=enrolments)
    found = resemblances(ctx, campaign_id=campaign_id, enrolments=enrolments, vault=vault, numbers=given)
    rulings = ctx.session.scalars(
        sa.select(Ruling)
        .where(Ruling.campaign_id == campaign_id, Ruling.enrolment_id.in_(enrolments))
        .order_by(Ruling.id)
    )
    # The last one stands.
    ruled = {(one.enrolment_id, one.user_id): one for one in rulings}
    matches: dict[int, list[Match]] = {}
    for one in found:
        ruling = ruled.get((one.enrolment_id, one.barred.identity.user_id))
        matches.setdefault(one.enrolment_id, []).append(Match(one, ruling))
    return matches


def set_aside(ctx: Context, *, campaign_id: int, part: Part) -> dict[int, PassedOverKind]:
    """Return by enrolment who is passed over by decision in lists of a set and round, and why (one statement)."""
    rows = ctx.session.execute(
        sa.select(Candidacy.enrolment_id, Candidacy.set_aside).where(
            of_part(Candidacy, campaign_id, part), Candidacy.set_aside.is_not(None)
        )
    )
    return {row.enrolment_id: row.set_aside for row in rows}


def passed_over_by(ctx: Context, *, candidacy: Candidacy) -> CandidateDecision | None:
    """Return the decision by which somebody is passed over, None of who is not, or declined in person."""
    if candidacy.set_aside is None:
        return None
    return ctx.session.scalar(
        sa.select(CandidateDecision).where(
            of_part(CandidateDecision, candidacy.campaign_id, (candidacy.set_key, candidacy.phase_id)),
            CandidateDecision.enrolment_id == candidacy.enrolment_id,
            CandidateDecision.kind == DecisionKind(candidacy.set_aside.value),
            CandidateDecision.decided_at == candidacy.set_aside_at,
        )
    )


def corrected_units(
    ctx: Context, *, campaign_id: int, part: Part, until: datetime | None = None
) -> dict[int, tuple[int, str]]:
    """Return by enrolment with which unit somebody is awarded by decision: its id and full name (one statement).

    Only by decisions ``until`` a moment, if one is given.
    """
    made = sa.select(CandidateDecision.enrolment_id, CandidateDecision.unit_id, CandidateDecision.unit_name).where(
        of_part(CandidateDecision, campaign_id, part), CandidateDecision.kind == DecisionKind.UNIT
    )
    if until is not None:
        made = made.where(CandidateDecision.decided_at <= until)
    rows = ctx.session.execute(made.order_by(CandidateDecision.id))
    # The last one stands.
    return {row.enrolment_id: (row.unit_id, row.unit_name) for row in rows}
