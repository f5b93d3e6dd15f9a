"""The course of a rehearsal: prepare, register, take part, close, rank, adopt by two, award, publish."""

from __future__ import annotations

import hashlib
import random
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.campaigns.exchange import import_campaign
from cuocthi.campaigns.lifecycle import open_campaign
from cuocthi.campaigns.models import Campaign, Headcount
from cuocthi.committees.models import Committee
from cuocthi.context import SYSTEM, Actor, Context
from cuocthi.contributions import Participant, Role
from cuocthi.enrolments.domain import enrol
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import DomainError
from cuocthi.rehearsal.people import Person, Place, division_of, people
from cuocthi.rules.domain import issue_rules
from cuocthi.rules.queries import current_rules
from cuocthi.standings.appointments import appoint
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.lots import give_part, open_lot
from cuocthi.standings.models import Ranking
from cuocthi.standings.queries import tied_groups
from cuocthi.text import T, Text
from cuocthi.timelines.announcing import announce_edges
from cuocthi.timelines.models import Phase
from cuocthi.timelines.queries import rounds
from cuocthi.units.models import Unit
from cuocthi.users.contacts import normalise_contact
from cuocthi.users.domain import Registration, add_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy.engine import Engine

    from cuocthi.campaigns.models import Division
    from cuocthi.registry import Registry

#: Synthetic people cannot sign in: no password has this hash.
UNUSABLE = "!"
#: The committee meets so long after the last moment to object: what was sent then has arrived.
_MEETING = timedelta(hours=1)
#: Where the parts of a seed come from when equal persons draw lots.
LOT = "Số của buổi diễn tập"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal on the database of ``engine``, which must be migrated and otherwise empty."""

    registry: Registry
    engine: Engine
    seed: int
    write: Callable[[Text], str]

    @contextmanager
    def at(self, moment: datetime, actor: Actor = SYSTEM) -> Iterator[Context]:
        """Give a context at a moment and commit it on leaving."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield Context(session=session, hooks=self.registry.hooks, now=moment, actor=actor)
            session.commit()

    # --- before ---

    def prepare(self, files: Mapping[str, bytes], *, moment: datetime) -> tuple[int, tuple[int, int]]:
        """Import the campaign, appoint two organisers, issue the rules and open; return the keys of both.

        Raises DomainError if one of its contest formats does not say how it is rehearsed.
        """
        with self.at(moment) as ctx:
            campaign = import_campaign(ctx, files=files, folder=self.registry.config.files)
            sources = {round_.source for round_ in rounds(ctx, campaign_id=campaign.id)}
            unknown = sorted(sources - set(self.registry.rehearsed_entries))
            if unknown:
                message = T("The contest format “%(name)s” does not say how it is rehearsed.", name=unknown[0])
                raise DomainError(message)
            campaign.draw_key = hashlib.sha256(f"rehearsal:{self.seed}".encode()).hexdigest()
            staff = (self._appoint(ctx, campaign, 1, Role.ORGANISING), self._appoint(ctx, campaign, 2, Role.ORGANISING))
            self._appoint(ctx, campaign, 3, Role.JURY)
            self._appoint(ctx, campaign, 4, Role.SUPPORT)
            issue_rules(ctx, campaign=campaign, write=self.write)
            open_campaign(ctx, campaign=campaign)
            return campaign.id, staff

    def _appoint(self, ctx: Context, campaign: Campaign, number: int, role: Role) -> int:
        user = add_user(
            ctx,
            registration=_registration(f"Thành viên Diễn Tập {number}", f"ban-to-chuc-{number}@rehearsal.example"),
            vault=self.registry.vault,
        )
        committee = ctx.session.scalars(
            sa.select(Committee)
            .where(Committee.campaign_id == campaign.id, Committee.role == role)
            .order_by(Committee.id)
            .limit(1)
        ).one()
        appoint(ctx, campaign=campaign, committee=committee, user=user)
        return user.id

    def people(self, campaign_id: int, number: int) -> list[Person]:
        """Return the synthetic people of this campaign: from its units in proportion to their headcounts."""
        with Session(self.engine) as session:
            rows = session.execute(
                sa.select(Unit.code, Headcount.category, Headcount.number)
                .join(Headcount, Headcount.unit_id == Unit.id)
                .where(Headcount.campaign_id == campaign_id, Headcount.number > 0)
                .order_by(Unit.code, Headcount.category)
            ).all()
            phases = session.scalars(
                sa.select(Phase).where(Phase.campaign_id == campaign_id, Phase.number.is_not(None))
            )
            windows = {phase.number: (phase.opens_at, phase.closes_at) for phase in phases if phase.number}
        return people(seed=self.seed, number=number, places=[Place(*row) for row in rows], windows=windows)

    # --- while it runs ---

    def register(self, campaign_id: int, persons: Sequence[Person]) -> None:
        """Register and enrol people, each at the moment of starting, through the domain functions."""
        units = self._unit_ids()
        for batch in range(0, len(persons), 200):
            for person in persons[batch : batch + 200]:
                with self.at(person.starts_at - timedelta(minutes=1)) as ctx:
                    self._enrol(ctx, campaign_id, person, units)

    def _enrol(self, ctx: Context, campaign_id: int, person: Person, units: Mapping[str, int]) -> None:
        user = add_user(
            ctx,
            registration=_registration(person.name, person.contact),
            vault=self.registry.vault,
        )
        campaign = ctx.session.get_one(Campaign, campaign_id)
        enrol(
            ctx,
            campaign=campaign,
            user=user,
            unit=ctx.session.get_one(Unit, units[person.unit_code]),
            category=person.category,
            division=_division_of(campaign, person),
            consent=True,
            rules_version=current_rules(ctx, campaign_id=campaign_id),
            code=person.code,
        )

    def _unit_ids(self) -> dict[str, int]:
        with Session(self.engine) as session:
            return dict(session.execute(sa.select(Unit.code, Unit.id)).all())

    def take_part(self, campaign_id: int, persons: Sequence[Person]) -> int:
        """Let each person take every round as its format plays it; return the number of acknowledged answers."""
        contests = self.rounds(campaign_id)
        enrolled = self._enrolled(campaign_id)
        acknowledged = 0
        for person in persons:
            enrolment_id, user_id = enrolled[person.code]
            for round_ in contests:
                acknowledged += self._take(person, enrolment_id, user_id, round_)
        return acknowledged

    def _take(self, person: Person, enrolment_id: int, user_id: int, round_: Phase) -> int:
        entry = self.registry.rehearsed_entries[round_.source]
        moment = max(person.starts_at, round_.opens_at)
        participant = Participant(enrolment_id, user_id, person.skill, person.speed, moment, person.seed)
        with Session(self.engine, expire_on_commit=False) as session:

            def ctx_at(moment: datetime) -> Context:
                session.commit()
                actor = Actor(user_id)
                return Context(session=session, hooks=self.registry.hooks, now=moment, actor=actor)

            acknowledged = entry.take(ctx_at, participant, round_.id)
            session.commit()
        return acknowledged

    def rounds(self, campaign_id: int) -> Sequence[Phase]:
        """Return the campaign's rounds."""
        with self.at(self.registry.clock.now()) as ctx:
            return rounds(ctx, campaign_id=campaign_id)

    def _enrolled(self, campaign_id: int) -> dict[str, tuple[int, int]]:
        with Session(self.engine) as session:
            rows = session.execute(
                sa.select(Enrolment.code, Enrolment.id, Enrolment.user_id).where(Enrolment.campaign_id == campaign_id)
            )
            return {code: (enrolment_id, user_id) for code, enrolment_id, user_id in rows}

    # --- afterwards ---

    def close(self, campaign_id: int) -> datetime:
        """Let the clock pass the end of the last round and tell the plugins; return a moment after it."""
        moment = max(round_.closes_at for round_ in self.rounds(campaign_id)) + timedelta(seconds=1)
        with self.at(moment) as ctx:
            announce_edges(ctx)
        return moment

    def rank(self, campaign_id: int, *, moment: datetime, staff: tuple[int, int]) -> tuple[list[int], datetime]:
        """Rank every round, draw lots where people are equal, adopt by two persons.

        Where people may object first, time passes until nobody may any more. Returns the keys of the rankings, and the
        moment of the last adoption.
        """
        made = []
        for round_ in self.rounds(campaign_id):
            ranking_id, moment = self._submit(campaign_id, round_, moment, staff)
            for person in staff:
                with self.at(moment, Actor(person)) as ctx:
                    adopt_ranking(ctx, ranking=ctx.session.get_one(Ranking, ranking_id))
            made.append(ranking_id)
        return made, moment

    def _submit(
        self, campaign_id: int, round_: Phase, moment: datetime, staff: tuple[int, int]
    ) -> tuple[int, datetime]:
        """Submit the ranking of a round, with lots drawn; return its key, and from when on it may be adopted."""
        with self.at(moment, Actor(staff[0])) as ctx:
            campaign = ctx.session.get_one(Campaign, campaign_id)
            ranking = build_ranking(ctx, campaign=campaign, round_=ctx.session.get_one(Phase, round_.id))
            submit_ranking(ctx, ranking=ranking)
            others = replace(ctx, actor=Actor(staff[1]))
            for group in tied_groups(ctx, ranking=ranking):
                lot = open_lot(ctx, ranking=ranking, rank=group.rank, sources=(LOT, LOT))
                moment = max(moment, lot.parts_from or moment)
                for number, giver in enumerate((ctx, others), start=1):
                    part = f"{self.seed}:{round_.key}:{number}"
                    give_part(replace(giver, now=moment), lot=lot, number=number, part=part, nonce=part)
            until = ranking.objections_until
            return ranking.id, until + _MEETING if until else moment

    def finish(self, campaign_id: int, *, moment: datetime, staff: tuple[int, int]) -> list[tuple[str, str]]:
        """Let every enabled plugin do its steps (awards, publication), in order; return what they report."""
        lines: list[tuple[str, str]] = []
        for plugin, step in self.registry.rehearsal_steps:
            with self.at(moment) as ctx:
                if plugin in ctx.session.get_one(Campaign, campaign_id).plugins:
                    lines += step.run(ctx, campaign_id, staff)
        return lines


def shuffled(persons: Sequence[Person], seed: int) -> list[Person]:
    """Return people in another order of insertion."""
    order = list(persons)
    random.Random(seed).shuffle(order)  # noqa: S311 - a reproducible order
    return order


def _division_of(campaign: Campaign, person: Person) -> Division | None:
    known = {division.key: division for division in campaign.divisions}
    return known.get(division_of(person, list(known)))


def _registration(name: str, contact: str) -> Registration:
    return Registration(name, normalise_contact(contact), UNUSABLE)
