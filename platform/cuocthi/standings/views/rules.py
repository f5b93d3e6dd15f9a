"""The ranking rules of a round, edited by the organisers.

While a round of its format is open, the page proposes the change to a second person instead of storing it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.panels import shown_panels
from cuocthi.campaigns.views.entered import Entered
from cuocthi.documents.queries import document_by_key, document_of, documents
from cuocthi.errors import DomainError
from cuocthi.rules.changes import Course, course
from cuocthi.rules.forms import AmendmentForm, RejectForm
from cuocthi.rules.language import writer
from cuocthi.rules.ranking_rules import (
    change_ranking_rules,
    confirm_ranking_rules,
    propose_ranking_rules,
    ranking_rules_of,
    reject_ranking_rules,
    waiting_ranking_rules,
)
from cuocthi.standings.criteria import measures_of
from cuocthi.standings.forms import BETTER, COUNTED, WITHIN, RulesForm
from cuocthi.standings.notices import notices_of
from cuocthi.standings.queries import adopted_ranking
from cuocthi.standings.views.blueprint import pages, round_or_404
from cuocthi.timelines.queries import rounds
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.contributions import Measure
    from cuocthi.documents.models import Document
    from cuocthi.rules.ranking_rules import RankingChange
    from cuocthi.standings.criteria import Admission, RankingRules
    from cuocthi.standings.notices import Notices
    from cuocthi.standings.proposals import Proposal
    from cuocthi.timelines.models import Phase

EDIT = "core:campaign:edit"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal as the page shows it: what it would change, from when, by which document."""

    proposal: Proposal[RankingChange]
    changes: list[Entered]
    round: Phase
    document: Document | None
    mine: bool


@pages.page("/staff/rankings/<int:phase_id>/rules", permission=EDIT)
def ranking_rules(phase_id: int) -> Response:
    """Show by which criteria a round is ranked, and what somebody has proposed to change."""
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    form = RulesForm()
    form.show(ranking_rules_of(ctx, campaign=g.campaign, round_=round_))
    return _page(ctx, round_, form, _amendment(ctx, round_))


@pages.page("/staff/rankings/<int:phase_id>/rules", methods=["POST"], permission=EDIT, endpoint="save_rules")
def save(phase_id: int) -> AnyResponse:
    """Store what was entered, or propose it where a round of the format is open."""
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    form, amendment = RulesForm(), _amendment(ctx, round_)
    form.offer(_titles(measures_of(ctx, source=round_.source)), _others(ctx, round_))
    if form.validate() and (amendment is None or amendment.validate()):
        try:
            with committing() as writing:
                said = _stored(writing, round_, form, amendment)
        except DomainError as error:
            attach_error(amendment if amendment and error.field and error.field in amendment else form, error)
        else:
            flash(said, "ok")
            return redirect(_address(round_) if amendment else url_for("standings.overview", slug=g.campaign.slug), 303)
    return _page(reading_context(), round_, form, amendment, status=422)


def _stored(ctx: Context, round_: Phase, form: RulesForm, amendment: AmendmentForm | None) -> str:
    rules, following = form.rules(measures_of(ctx, source=round_.source)), bool(form.following.data)
    if amendment is None:
        change_ranking_rules(ctx, campaign=g.campaign, round_=round_, rules=rules, following=following)
        return _("The ranking rules are saved.")
    chosen = amendment.document.data
    propose_ranking_rules(
        ctx,
        campaign=g.campaign,
        round_=round_,
        rules=rules,
        following=following,
        document=document_of(ctx, campaign_id=g.campaign.id, document_id=int(chosen)) if chosen else None,
        reason=amendment.reason.data or "",
        write=writer(g.campaign.language),
    )
    return _("The change is proposed. It holds once another person has confirmed it.")


@pages.page("/staff/rankings/<int:phase_id>/rules/confirm", methods=["POST"], permission=EDIT)
def confirm_rules(phase_id: int) -> AnyResponse:
    """Confirm what another person has proposed; the rules are issued anew with it."""
    with committing() as ctx:
        round_ = round_or_404(ctx, phase_id)
        issued = confirm_ranking_rules(
            ctx, campaign=g.campaign, round_=round_, proposal_id=_seen(), write=writer(g.campaign.language)
        )
        number = issued.number if issued else 0
    if number:
        flash(_("The change is confirmed. Version %(number)s of the rules is in force.", number=number), "ok")
    else:
        flash(_("The change is confirmed. The rules say nothing of it, so they stay as they are."), "ok")
    return redirect(_address(round_), 303)


@pages.page("/staff/rankings/<int:phase_id>/rules/reject", methods=["POST"], permission=EDIT)
def reject_rules(phase_id: int) -> AnyResponse:
    """Reject what another person has proposed, or take back one's own proposal."""
    form = RejectForm()
    with committing() as ctx:
        round_ = round_or_404(ctx, phase_id)
        reason = form.rejection.data or ""
        reject_ranking_rules(ctx, campaign=g.campaign, round_=round_, proposal_id=_seen(), reason=reason)
    flash(_("The proposal is rejected; the ranking rules stay as they are."), "ok")
    return redirect(_address(round_), 303)


def _seen() -> int:
    return request.form.get("proposal", 0, type=row_number)


def _address(round_: Phase) -> str:
    return url_for("standings.ranking_rules", slug=g.campaign.slug, phase_id=round_.id)


def _course(ctx: Context, round_: Phase) -> Course:
    return course(ctx, campaign=g.campaign, part=round_.source)


def _amendment(ctx: Context, round_: Phase) -> AmendmentForm | None:
    """Return what is asked beside the rules of a round that is to open while another one of its format is open."""
    found = _course(ctx, round_)
    if found.running is None or round_ not in found.ahead:
        return None
    form = AmendmentForm(prefix="change", meta={"csrf": False})  # it is sent with the rules' form, which has the token
    form.offer_documents(documents(ctx, campaign_id=g.campaign.id, public_only=False))
    return form


def _waiting(ctx: Context, round_: Phase, measures: Mapping[str, Measure]) -> Waiting | None:
    found = waiting_ranking_rules(ctx, campaign=g.campaign, round_=round_)
    if found is None:
        return None
    before = ranking_rules_of(ctx, campaign=g.campaign, round_=round_)
    return Waiting(
        proposal=found,
        changes=_differences(before, found.content, measures),
        round=round_,
        document=document_by_key(ctx, campaign_id=g.campaign.id, key=found.content.document),
        mine=found.is_of(ctx.actor.user_id),
    )


def _differences(before: RankingRules, change: RankingChange, measures: Mapping[str, Measure]) -> list[Entered]:
    """Return what a proposal changes, field by field, and whether the rounds after its own are meant too."""
    labels = RulesForm(formdata=None)
    pairs = zip(_in_words(before, measures), _in_words(change.rules, measures), strict=True)
    fields = (
        labels.criteria,
        labels.counted,
        labels.public_places,
        labels.objection_hours,
        labels.lot_minutes,
        labels.of,
    )
    changed = [(field, *pair) for field, pair in zip(fields, pairs, strict=True) if pair[0] != pair[1]]
    too = [_("yes") if change.following else _("no")]
    return [Entered(str(field.label.text), old, new) for field, old, new in [*changed, (labels.following, [], too)]]


def _in_words(rules: RankingRules, measures: Mapping[str, Measure]) -> tuple[list[str], ...]:
    """Return what the page's fields say of ranking rules, field by field, a line for each criterion."""
    criteria = [
        " · ".join(
            [
                f"{number}. {translate(measures[one.key].title) if one.key in measures else one.key}",
                str(BETTER[one.direction]),
                *([_("Only who has this can win")] if one.gate else []),
            ]
        )
        for number, one in enumerate(rules.criteria, 1)
    ]
    numbers = ([str(one)] for one in (rules.public_places, rules.objection_hours, rules.lot_minutes))
    return criteria, [str(COUNTED[rules.counted])], *numbers, _admitted(rules.admission)


def _admitted(admission: Admission) -> list[str]:
    """Return what the page's fields say of who takes part in a round."""
    if admission.is_open:
        return []
    limits = {
        _("So many of the best"): admission.best and str(admission.best),
        _("So many per cent of those ranked"): admission.share and f"{admission.share / 10:g} %",
        _("From how many per cent of the points on"): admission.pass_mark and f"{admission.pass_mark / 10:g} %",
    }
    said = [f"{label}: {value}" for label, value in limits.items() if value]
    return [admission.of, *said, str(WITHIN[admission.within])]


def _notices(ctx: Context, round_: Phase) -> Notices | None:
    """Return who was told of being admitted to a round, None where all are or nobody can know yet."""
    admission = ranking_rules_of(ctx, campaign=g.campaign, round_=round_).admission
    of = next((one for one in rounds(ctx, campaign_id=g.campaign.id) if one.key == admission.of), None)
    ranking = adopted_ranking(ctx, round_=of) if of else None
    return notices_of(ctx, round_=round_, admission=admission, ranking=ranking) if ranking else None


def _others(ctx: Context, round_: Phase) -> list[tuple[str, str]]:
    """Return the rounds whose rankings can say who takes part in this one, and one that does though it is gone."""
    known = rounds(ctx, campaign_id=g.campaign.id)
    others = [(one.key, one.title) for one in known if one.id != round_.id]
    of = ranking_rules_of(ctx, campaign=g.campaign, round_=round_).admission.of
    gone = [(of, _("a round that was removed (%(key)s)", key=of))] if of not in {"", *dict(others)} else []
    return [*others, *gone]


def _titles(measures: Mapping[str, Measure]) -> list[tuple[str, str]]:
    return [(measure.key, translate(measure.title)) for measure in measures.values()]


def _page(
    ctx: Context, round_: Phase, form: RulesForm, amendment: AmendmentForm | None, *, status: int = 200
) -> Response:
    measures, found = measures_of(ctx, source=round_.source), _course(ctx, round_)
    form.offer(_titles(measures), _others(ctx, round_))
    waiting = _waiting(ctx, round_, measures)
    return render(
        "standings/rules.html",
        status=status,
        round=round_,
        data=form,
        amendment=amendment,
        running=found.running,
        later=any((one.number or 0) > (round_.number or 0) for one in found.ahead),
        waiting=waiting,
        panels=shown_panels(ctx, campaign=g.campaign, slot="ranking_rules", values={"round": round_}),
        notices=_notices(ctx, round_),
        reject=RejectForm(formdata=None) if waiting else None,
    )
