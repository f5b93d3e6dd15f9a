"""Taking a phase off the timeline: what speaks against it, which settings go along with it, and the act itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import SettingsVersion
from cuocthi.campaigns.settings import settings_by_rounds
from cuocthi.contributions import Act, Blocker, SettingsSpec
from cuocthi.errors import Blocked, Conflict
from cuocthi.news.models import Announcement
from cuocthi.standings.criteria import RULES_OWNER, RankingRules
from cuocthi.standings.notice_models import AdmissionNotice, AdmissionsTold
from cuocthi.text import TN, T
from cuocthi.timelines.describing import described
from cuocthi.timelines.queries import rounds
from cuocthi.timelines.windows import PhaseState, phase_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase


@dataclass(frozen=True, slots=True)
class Removal:
    """What the removal of a phase would meet.

    ``blockers`` are the reasons against it, each with what refers to the phase; ``settings`` the titles of what was set
    for this round alone, which goes along with it.
    """

    blockers: Sequence[Blocker]
    settings: Sequence[Text]


def removal(ctx: Context, *, campaign: Campaign, phase: Phase) -> Removal:
    """Return what the removal of a phase would meet, in the core and in every enabled plugin.

    The keys of the core's blockers tell the place where each is mended: ``admission-<id of the other round>``,
    ``announcement-<id>``.
    """
    own, titles = _own_settings(ctx, phase), _titles(ctx)
    blockers = ctx.hooks.collect(ctx, campaign, "act_blockers", Blocker, act=Act.REMOVE_PHASE, round_=phase)
    return Removal(
        blockers=[*_core_blockers(ctx, campaign, phase, own), *blockers],
        settings=[titles[owner] for owner in dict.fromkeys(version.owner for version in own) if owner in titles],
    )


def remove_phase(ctx: Context, *, campaign: Campaign, phase: Phase) -> None:
    """Remove a phase that has not begun, with what was set for it alone; the audit log keeps both.

    Raises Blocked, with every reason, if it has begun or anything refers to it, and Conflict if something else rests on
    it.
    """
    found = removal(ctx, campaign=campaign, phase=phase)
    if found.blockers:
        reasons = [blocker.reason for blocker in found.blockers]
        raise Blocked(T("“%(title)s” cannot be removed.", title=phase.title), reasons)
    before, phase_id = described(ctx, phase), phase.id
    newest = {version.owner: version.values for version in _own_settings(ctx, phase)}
    campaign.version += 1
    try:
        with ctx.session.begin_nested():
            ctx.session.execute(sa.delete(SettingsVersion).where(SettingsVersion.phase_id == phase_id))
            ctx.session.execute(sa.delete(AdmissionsTold).where(AdmissionsTold.phase_id == phase_id))
            ctx.session.delete(phase)
    except IntegrityError as error:
        raise Conflict(T("“%(title)s” is in use and cannot be removed.", title=before["title"])) from error
    record(
        ctx,
        action="core:phase:remove",
        summary=T("Removed the phase “%(title)s”", title=before["title"]),
        campaign=campaign,
        object_kind="phase",
        object_id=phase_id,
        before=before | ({"settings": newest} if newest else {}),
    )


def _own_settings(ctx: Context, phase: Phase) -> Sequence[SettingsVersion]:
    """Return what was stored for a round alone, the oldest first (one statement)."""
    own = sa.select(SettingsVersion).where(SettingsVersion.phase_id == phase.id)
    return ctx.session.scalars(own.order_by(SettingsVersion.owner, SettingsVersion.number)).all()


def _titles(ctx: Context) -> Mapping[str, Text]:
    specs: Any = ctx.hooks.boot("register_settings", SettingsSpec)
    return {RULES_OWNER: T("Ranking rules"), **{plugin: spec.title for plugin, spec in specs if spec.per_round}}


def _core_blockers(ctx: Context, campaign: Campaign, phase: Phase, own: Sequence[SettingsVersion]) -> Iterator[Blocker]:
    if phase_state(phase.windows, ctx.now) is not PhaseState.UPCOMING:
        yield Blocker("begun", T("“%(title)s” has begun and stays on the timeline.", title=phase.title))
    known = rounds(ctx, campaign_id=campaign.id)
    for held, rules in settings_by_rounds(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, rounds=known):
        for round_ in held if rules.admission.of == phase.key else ():
            if round_.id != phase.id:
                reason = T("“%(round)s” is only for the best of it, by its ranking rules.", round=round_.title)
                yield Blocker(f"admission-{round_.id}", reason)
    if any(version.seconded_by is not None or "." in version.owner for version in own):
        yield Blocker("agreed", T("Changes to its rules were put to two persons; what they decided stays."))
    told = sa.select(sa.func.count()).where(AdmissionNotice.phase_id == phase.id)
    if number := ctx.session.scalar(told):
        some = TN(
            "%(count)s person was told of being admitted to it.",
            "%(count)s people were told of being admitted to it.",
            number,
        )
        yield Blocker("told", some)
    announced = sa.select(Announcement).where(Announcement.phase_id == phase.id).order_by(Announcement.id)
    for one in ctx.session.scalars(announced):
        reason = T("The announcement “%(subject)s” is sent by its dates.", subject=one.subject)
        yield Blocker(f"announcement-{one.id}", reason)
