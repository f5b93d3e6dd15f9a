"""Rankings for the committees: built, looked at, explained, submitted and adopted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import Conflict
from cuocthi.rules.language import overtaken, refuse_overtaken_rules
from cuocthi.standings import domain, queries
from cuocthi.standings.confirmations import DECIDING, NEEDED, confirmations, void_confirmations
from cuocthi.standings.criteria import criteria_of
from cuocthi.standings.evidence import evidence_of
from cuocthi.standings.explanation import explain
from cuocthi.standings.forms import SEEN
from cuocthi.standings.lot_queries import lots_of
from cuocthi.standings.models import Ranking, RankingState
from cuocthi.standings.placing import KEYS
from cuocthi.standings.views.blueprint import STATES, pages, round_or_404, shown
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi.web.context import committing, reading_context
from cuocthi.web.downloads import download
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Response
    from werkzeug.wrappers import Response as Redirect

    from cuocthi.context import Context
    from cuocthi.standings.criteria import RankedBy
    from cuocthi.standings.queries import StandingRow
    from cuocthi.timelines.models import Phase

#: How many ties, from the first rank on, a ranking's page names.
_TIES = 20
#: How many rounds a page of rankings shows.
_ROUNDS = 30


@pages.page("/staff/rankings/", permission="core:ranking:view")
def overview() -> Response:
    """List the rounds with the versions of their rankings."""
    ctx = reading_context()
    versions: dict[int, list[Ranking]] = {}
    for ranking in queries.rankings_of(ctx, campaign_id=g.campaign.id):
        versions.setdefault(ranking.phase_id, []).append(ranking)
    path = url_for("standings.overview", slug=g.campaign.slug)
    table = Table(id="rounds", path=path, args=request.args, columns=[], sort="number", per_page=_ROUNDS)
    found = rounds(ctx, campaign_id=g.campaign.id)
    return render(
        "standings/overview.html",
        table=table.show(table.part_of(found), len(found)),
        versions=versions,
        states=STATES,
    )


@pages.page("/staff/rankings/<int:phase_id>/build", methods=["POST"], permission="core:ranking:build")
def build(phase_id: int) -> Redirect:
    """Build a new draft of a round's ranking."""
    with committing() as ctx:
        round_ = round_or_404(ctx, phase_id)
        ranking = domain.build_ranking(ctx, campaign=g.campaign, round_=round_)
        number = ranking.number
    flash(_("The ranking has been built."), "ok")
    return redirect(url_for("standings.ranking", slug=g.campaign.slug, phase_id=phase_id, number=number), 303)


@pages.page("/staff/rankings/<int:phase_id>/<int:number>/", permission="core:ranking:view")
def ranking(phase_id: int, number: int) -> Response:
    """Show one version of a round's ranking: its places, its ties, and what stands between it and adoption."""
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    found = queries.ranking_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id, number=number)
    table = _table(found)
    if table.export:
        every = partial(_places, ranking_id=found.id, search=table.search)
        return download(table, every, of="core:ranking", summary=T("Exported a ranking"))
    rows, total = queries.standing_rows(ctx, ranking=found, limit=table.limit, offset=table.offset, search=table.search)
    ties = queries.tied_groups(ctx, ranking=found)
    confirmed = confirmations(ctx, subject=domain.SUBJECT, subject_id=found.id)
    void = _void(ctx, found)
    return render(
        "standings/ranking.html",
        round=round_,
        ranking=found,
        state=STATES[found.state],
        table=table.show(rows, total),
        criteria=list(zip(criteria_of(found.criteria), KEYS, strict=False)),
        shown=shown,
        evidence=evidence_of(
            ctx,
            campaign=g.campaign,
            round_=round_,
            enrolment_ids=[row.enrolment.id for row in rows],
            held=g.permissions,
        ),
        ties=ties[:_TIES],
        more_ties=len(ties[_TIES:]),
        confirmed=confirmed,
        void=void,
        needed=NEEDED,
        has_confirmed=any(item.user_id == ctx.actor.user_id and item.id not in void for item, _name in confirmed),
        lots=lots_of(ctx, phase_id=phase_id),
        seen=_seen(ctx, found),
        reasons=_reasons(ctx, round_, found),
    )


def _void(ctx: Context, found: Ranking) -> set[int]:
    """Return the confirmations that do not count any more, of a ranking that is not adopted yet."""
    if found.state is not RankingState.PROVISIONAL:
        return set()
    of = {"campaign_id": g.campaign.id, "subject": domain.SUBJECT, "subject_id": found.id, "roles": DECIDING}
    return {one.id for one in void_confirmations(ctx, **of)}


def _places(ctx: Context, *, ranking_id: int, search: str) -> Iterator[StandingRow]:
    return queries.every_standing_row(ctx, ranking=ctx.session.get_one(Ranking, ranking_id), search=search)


def _criterion(criterion: RankedBy, key: str) -> Column:
    return Column(
        criterion.key,
        criterion.title,
        cell=lambda row: shown(criterion.value_of(row.standing[key]), criterion.unit),
    )


def _table(found: Ranking) -> Table:
    return Table(
        id="standings",
        path=url_for("standings.ranking", slug=g.campaign.slug, phase_id=found.phase_id, number=found.number),
        args=request.args,
        columns=[
            Column("rank", _("Rank"), kind="number", cell=lambda row: row.standing.rank),
            Column("name", _("Name"), cell=lambda row: row.enrolment.name),
            Column("unit", _("Unit"), cell=lambda row: row.enrolment.unit_name),
            *(_criterion(criterion, key) for criterion, key in zip(criteria_of(found.criteria), KEYS, strict=False)),
            Column("acts", _("Acts"), kind="acts"),
        ],
        sort="rank",
        in_files=[
            Column("code", _("Contest number"), cell=lambda row: row.enrolment.code),
            Column("qualified", _("Qualified"), cell=lambda row: T("yes") if row.standing.qualified else T("no")),
        ],
    )


def _reasons(ctx: Context, round_: Phase, found: Ranking) -> list[object]:
    """Return what stands against the next step of a ranking, or what has changed since it was adopted."""
    if found.state in (RankingState.DRAFT, RankingState.ADOPTED):
        return [*domain.stale_reasons(ctx, campaign=g.campaign, round_=round_, ranking=found)]
    if found.state is RankingState.PROVISIONAL:
        rules = overtaken(ctx, campaign=g.campaign)
        blockers = domain.adoption_blockers(ctx, campaign=g.campaign, round_=round_, ranking=found)
        return [*blockers, *([rules] if rules else [])]
    return []


def _seen(ctx: Context, found: Ranking) -> str:
    return domain.adoption_digest(ctx, ranking=found)


def _as_seen(ctx: Context, phase_id: int, number: int) -> Ranking:
    """Return the ranking if it still is what the person saw. Raises Missing, or Conflict if it has changed."""
    found = queries.ranking_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id, number=number)
    if request.form.get(SEEN) != _seen(ctx, found):
        raise Conflict(T("This ranking has changed since you loaded the page. Please look at it again."))
    return found


@pages.page("/staff/rankings/<int:phase_id>/<int:number>/submit", methods=["POST"], permission="core:ranking:build")
def submit(phase_id: int, number: int) -> Redirect:
    """Make a draft provisional."""
    with committing() as ctx:
        domain.submit_ranking(ctx, ranking=_as_seen(ctx, phase_id, number))
    flash(_("The ranking is provisional now: two persons can confirm it."), "ok")
    return redirect(url_for("standings.ranking", slug=g.campaign.slug, phase_id=phase_id, number=number), 303)


@pages.page("/staff/rankings/<int:phase_id>/<int:number>/adopt", methods=["POST"], permission="core:ranking:adopt")
def adopt(phase_id: int, number: int) -> Redirect:
    """Confirm a ranking; the second person's confirmation adopts it."""
    with committing() as ctx:
        refuse_overtaken_rules(ctx, campaign=g.campaign)
        persons = domain.adopt_ranking(ctx, ranking=_as_seen(ctx, phase_id, number))
    if persons >= NEEDED:
        flash(_("The ranking is adopted."), "ok")
    else:
        flash(_("You have confirmed the ranking. It is adopted when another person confirms it too."), "ok")
    return redirect(url_for("standings.ranking", slug=g.campaign.slug, phase_id=phase_id, number=number), 303)


@pages.page("/staff/rankings/<int:phase_id>/<int:number>/compare", permission="core:ranking:view")
def compare(phase_id: int, number: int) -> Response:
    """Say why one person stands before another; without ``second``, before whoever comes next."""
    ctx = reading_context()
    found = queries.ranking_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id, number=number)
    first = queries.standing_row(ctx, ranking=found, code=request.args.get("first", ""))
    second_code = request.args.get("second") or queries.code_after(ctx, ranking=found, row=first)
    second = queries.standing_row(ctx, ranking=found, code=second_code)
    decision = queries.tie_decision(ctx, ranking=found, rank=first.standing.rank)
    return render(
        "standings/compare.html",
        round=round_or_404(ctx, phase_id),
        ranking=found,
        first=first,
        second=second,
        explanation=explain(found, first.standing, second.standing, decision),
        shown=shown,
    )
