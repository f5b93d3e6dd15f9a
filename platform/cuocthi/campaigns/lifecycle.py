"""From draft to open to archived: what is missing before, who refuses, and the acts themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.leftovers import leftovers
from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.queries import headcount_totals
from cuocthi.committees.queries import seats_by_role
from cuocthi.contributions import Act, Blocker, ReadinessItem, Role
from cuocthi.documents.queries import documents
from cuocthi.errors import Blocked, Conflict
from cuocthi.personal.retention import load_retention
from cuocthi.prerequisites.queries import prerequisites
from cuocthi.rosters.domain import forget_rosters
from cuocthi.rules.queries import current_rules
from cuocthi.standings.admission import objected_too_long, unclear
from cuocthi.standings.composition import entered
from cuocthi.text import TN, T, Text
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import any_round_open, phases, window_units
from cuocthi.timelines.unit_windows import unit_warnings
from cuocthi.timelines.warnings import timeline_warnings
from cuocthi.units.models import Unit

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

#: Adoption takes the confirmation of two different persons (decision 11).
_ADOPTERS = 2


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is to be done before a campaign opens, and every reason why it cannot open now."""

    items: tuple[ReadinessItem, ...]
    reasons: tuple[Text, ...]

    @property
    def undone(self) -> int:
        """How many required items are not done."""
        return sum(1 for item in self.items if item.required and not item.done)


def readiness(ctx: Context, *, campaign: Campaign) -> Readiness:
    """Return the list that the core and the enabled plugins make, and the reasons against opening the campaign."""
    core = _core_items(ctx, campaign)
    plugins = ctx.hooks.collect_by_plugin(ctx, campaign, "readiness_items", ReadinessItem)
    blockers = ctx.hooks.collect_by_plugin(ctx, campaign, "act_blockers", Blocker, act=Act.OPEN_CAMPAIGN, round_=None)
    gated = {(name, blocker.key) for name, blocker in blockers}
    unmet = [item for name, item in plugins if (name, item.key) not in gated]
    reasons = _each_once([*_reasons(core), *_reasons(unmet), *(blocker.reason for _, blocker in blockers)])
    ordered = sorted(
        [*core, *(item for _, item in plugins)], key=lambda item: (item.done, not item.required, item.order)
    )
    return Readiness(tuple(ordered), tuple(reasons))


def open_campaign(ctx: Context, *, campaign: Campaign) -> None:
    """Open a draft to the public.

    Raises Conflict if it is no draft, and Blocked with all reasons at once if something required is missing.
    """
    if campaign.state is not CampaignState.DRAFT:
        raise Conflict(T("The campaign is open already."))
    found = readiness(ctx, campaign=campaign)
    if found.reasons:
        raise Blocked(T("The campaign cannot open yet."), found.reasons)
    campaign.state, campaign.opened_at = CampaignState.OPEN, ctx.now
    _passed(ctx, campaign, "core:campaign:open", T("Opened the campaign"))


def archive_campaign(ctx: Context, *, campaign: Campaign) -> None:
    """Archive a campaign: it stays readable, but nobody can join any more; the rosters of its units are dropped.

    Raises Conflict if it is not open, and Blocked with all reasons while a round is open or a plugin refuses.
    """
    if campaign.state is not CampaignState.OPEN:
        raise Conflict(T("Only an open campaign can be archived."))
    blockers = ctx.hooks.collect(ctx, campaign, "act_blockers", Blocker, act=Act.ARCHIVE, round_=None)
    reasons = [blocker.reason for blocker in blockers]
    if any_round_open(ctx, campaign_id=campaign.id):
        reasons.insert(0, T("A round is still open or has yet to open."))
    if reasons:
        raise Blocked(T("The campaign cannot be archived yet."), reasons)
    campaign.state, campaign.archived_at = CampaignState.ARCHIVED, ctx.now
    forget_rosters(ctx, campaign=campaign)
    _passed(ctx, campaign, "core:campaign:archive", T("Archived the campaign"))


def missing_capabilities(ctx: Context, *, campaign: Campaign) -> list[Text]:
    """Return in words what enabled plugins need and none provides, and which are enabled but not installed."""
    infos = [ctx.hooks.plugins[name] for name in ctx.hooks.enabled(campaign)]
    provided = {capability for info in infos for capability in info.provides}
    return [
        *(
            T("“%(name)s” is enabled but not installed.", name=n)
            for n in campaign.plugins
            if n not in ctx.hooks.plugins
        ),
        *(
            T("“%(plugin)s” needs a part that provides “%(capability)s”.", plugin=info.title, capability=capability)
            for info in infos
            for capability in sorted(info.requires - provided)
        ),
    ]


def _core_items(ctx: Context, campaign: Campaign) -> list[ReadinessItem]:
    return [
        _basics(campaign),
        *_parts(ctx, campaign),
        *_timeline(ctx, campaign),
        *_admissions(ctx, campaign),
        _units(ctx),
        _headcounts(ctx, campaign),
        *_committees(ctx, campaign),
        _documents(ctx, campaign),
        _rules(ctx, campaign),
        _retention(ctx, campaign),
        *_prerequisites(ctx, campaign),
        *_leftovers(ctx, campaign),
    ]


def _basics(campaign: Campaign) -> ReadinessItem:
    wanted: list[tuple[str, Text]] = [
        (campaign.audience, T("who may take part")),
        (campaign.support_phone, T("support phone")),
        (campaign.responsible, T("who is responsible for the content")),
        (campaign.consent_text, T("the words of consent")),
        ("yes" if campaign.categories else "", T("categories of entrants")),
    ]
    missing = [words for value, words in wanted if not value]
    detail = T("First of all: %(what)s", what=missing[0]) if missing else None
    title = TN("%(count)s text is missing", "%(count)s texts are missing", len(missing)) if missing else T("Basics")
    return ReadinessItem("basics", title, not missing, detail, order=10)


def _parts(ctx: Context, campaign: Campaign) -> list[ReadinessItem]:
    return [
        ReadinessItem(f"parts-{number}", problem, done=False, order=12)
        for number, problem in enumerate(missing_capabilities(ctx, campaign=campaign))
    ]


def _timeline(ctx: Context, campaign: Campaign) -> list[ReadinessItem]:
    found = phases(ctx, campaign_id=campaign.id)
    ahead = any(phase.kind is PhaseKind.CONTEST and phase.closes_at > ctx.now for phase in found)
    warnings = [
        *timeline_warnings(entered(ctx, phases=found)),
        *unit_warnings(ctx, phases=found, units=window_units(ctx, phases=found)),
    ]
    return [
        ReadinessItem("round", T("A round that people can still take part in"), ahead, order=20),
        ReadinessItem(
            "timeline",
            T("A timeline without contradictions"),
            not warnings,
            warnings[0] if warnings else None,
            required=False,
            order=22,
        ),
    ]


def _admissions(ctx: Context, campaign: Campaign) -> list[ReadinessItem]:
    title = T("Rounds that are only for the best of others")
    return [
        ReadinessItem(f"admission-{number}", title, done=False, detail=problem, order=24)
        for number, problem in enumerate(unclear(ctx, campaign=campaign))
    ] + [
        ReadinessItem(
            f"objections-{number}",
            T("Time to object before the next round opens"),
            done=False,
            detail=problem,
            required=False,
            order=24,
        )
        for number, problem in enumerate(objected_too_long(ctx, campaign=campaign))
    ]


def _units(ctx: Context) -> ReadinessItem:
    number = ctx.session.scalar(sa.select(sa.func.count()).select_from(Unit).where(Unit.selectable)) or 0
    detail = TN("%(count)s unit can be chosen", "%(count)s units can be chosen", number)
    return ReadinessItem("units", T("Units that entrants choose from"), number > 0, detail, order=30)


def _headcounts(ctx: Context, campaign: Campaign) -> ReadinessItem:
    total = sum(headcount_totals(ctx, campaign_id=campaign.id).values())
    detail = (
        T("%(number)s people in all", number=total) if total else T("Without it no rate of participation can be shown")
    )
    title = T("Numbers of people entitled to take part")
    return ReadinessItem("headcounts", title, total > 0, detail, required=False, order=32)


def _committees(ctx: Context, campaign: Campaign) -> list[ReadinessItem]:
    seats = seats_by_role(ctx, campaign_id=campaign.id)
    organisers, jurors = seats.get(Role.ORGANISING, 0), seats.get(Role.JURY, 0)
    confirming = T("Results are adopted by two different persons; %(number)s can do so", number=organisers + jurors)
    return [
        ReadinessItem("organisers", T("An organising committee with a member"), organisers > 0, order=40),
        ReadinessItem(
            "adopters", T("Two persons who can adopt results"), organisers + jurors >= _ADOPTERS, confirming, order=42
        ),
        ReadinessItem("jury", T("A jury with a member"), jurors > 0, required=False, order=44),
    ]


def _documents(ctx: Context, campaign: Campaign) -> ReadinessItem:
    number = len(documents(ctx, campaign_id=campaign.id, public_only=True))
    detail = TN("%(count)s document", "%(count)s documents", number) if number else None
    return ReadinessItem("documents", T("Documents for entrants to read"), number > 0, detail, required=False, order=50)


def _rules(ctx: Context, campaign: Campaign) -> ReadinessItem:
    issued = current_rules(ctx, campaign_id=campaign.id)
    detail = (
        T("Version %(number)s is in force", number=issued.number)
        if issued
        else T("Entrants agree to an issued version")
    )
    return ReadinessItem("rules", T("Issued rules"), issued is not None, detail, order=60)


def _leftovers(ctx: Context, campaign: Campaign) -> list[ReadinessItem]:
    if campaign.earlier_id is None:
        return []
    found = leftovers(ctx, campaign=campaign)
    title = T("Texts that speak of this contest, not of the earlier one")
    detail = TN("%(count)s text still names the earlier one", "%(count)s texts still name it", len(found))
    return [ReadinessItem("leftovers", title, not found, detail if found else None, required=False, order=62)]


def _prerequisites(ctx: Context, campaign: Campaign) -> list[ReadinessItem]:
    """Return the administrative conditions that the campaign itself lists."""
    return [
        ReadinessItem(
            f"prerequisite-{one.id}",
            T("%(text)s", text=one.title),
            one.done_at is not None,
            T("Confirmed by %(name)s", name=one.done_by.name) if one.done_by else None,
            required=one.required,
            order=70,
        )
        for one in prerequisites(ctx, campaign_id=campaign.id)
    ]


def _retention(ctx: Context, campaign: Campaign) -> ReadinessItem:
    periods = load_retention(ctx, campaign=campaign)
    detail = T(
        "%(months)s months after the archiving people become anonymous; award records are kept for %(years)s years",
        months=periods.months,
        years=periods.award_years,
    )
    title = T("How long personal data is kept")
    return ReadinessItem("retention", title, done=True, detail=detail, required=False, order=62)


def _reasons(items: Iterable[ReadinessItem]) -> list[Text]:
    return [
        T("%(title)s: %(detail)s", title=item.title, detail=item.detail) if item.detail else item.title
        for item in items
        if item.required and not item.done
    ]


def _each_once(reasons: Sequence[Text]) -> list[Text]:
    return [reason for number, reason in enumerate(reasons) if reason not in reasons[:number]]


def _passed(ctx: Context, campaign: Campaign, action: str, summary: Text) -> None:
    campaign.version += 1
    ctx.session.flush()
    record(ctx, action=action, summary=summary, campaign=campaign, object_kind="campaign", object_id=campaign.id)
