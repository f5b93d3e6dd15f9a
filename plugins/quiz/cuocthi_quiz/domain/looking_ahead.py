"""Looking ahead: whose score, place and prize a proposed key would change, worked out before anybody confirms it.

What each paper's score would be is kept beside it, portion by portion. Then the key is put into force in a savepoint,
the rounds are ranked by it, the plugins are asked what follows (``results_impact``), and all of that is undone
(``cuocthi.standings.previews``). What came of it stays with the proposal under a digest, which the second person
confirms.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.models import Campaign
from cuocthi.digest import digest
from cuocthi.jobs.domain import enqueue
from cuocthi.standings.previews import basis_of, preview
from cuocthi.text import pack
from cuocthi_quiz.domain.attempts import submit_overdue
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.domain.marks import mark_under
from cuocthi_quiz.domain.remarking import keep_scores, rounds_with_papers, set_scores
from cuocthi_quiz.models import Revision

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.context import Context
    from cuocthi.standings.previews import RoundPreview
    from cuocthi_quiz.models import KeyChange

#: The job that looks ahead.
LOOK_AHEAD = "quiz.look_ahead"


def ask_to_look_ahead(ctx: Context, *, campaign: Campaign, change: KeyChange) -> None:
    """Ask for the background work; while it goes on already, this changes nothing."""
    enqueue(ctx, kind=LOOK_AHEAD, key=job_key(change), arguments={"key": change.id}, campaign=campaign)


def job_key(change: KeyChange) -> str:
    """Return the key under which the work for a proposal stands."""
    return f"{LOOK_AHEAD}:{change.id}"


def look_ahead(
    ctx: Context, *, change: KeyChange, progress: Callable[[int, int], None], keep: Callable[[], None]
) -> None:
    """Work out what a proposed key would change, and keep that with it; of one that waits no more this does nothing.

    Scores, results and rankings stay as they are. ``keep()`` commits each portion of the scores that would be.
    """
    if not change.waits:
        return
    campaign = ctx.session.get_one(Campaign, change.campaign_id)
    revision = ctx.session.get_one(Revision, change.revision_id)
    held = rounds_with_papers(ctx, campaign_id=campaign.id)
    for round_ in held:
        submit_overdue(ctx, round_id=round_.id)
        grade_round(ctx, round_id=round_.id)
    mark_under(ctx, revision, change)
    keep()
    keep_scores(ctx, change=change, progress=progress, keep=keep)

    def put_in_force() -> None:
        revision.key, revision.key_number, revision.worth = change.key, change.number, change.worth
        set_scores(ctx, change=change)

    basis = basis_of(ctx, campaign=campaign, rounds=held)
    found = preview(ctx, campaign=campaign, rounds=held, act=put_in_force)
    change.preview = {"basis": basis, "rounds": [_kept(one) for one in found]}
    change.preview_digest = digest(change.preview)
    change.previewed_at = ctx.now
    ctx.session.flush()


def still_holds(ctx: Context, *, campaign: Campaign, change: KeyChange) -> bool:
    """Tell whether nothing has changed on which the preview rests; new papers in an open round change nothing."""
    held = rounds_with_papers(ctx, campaign_id=campaign.id)
    return bool(change.preview_digest) and change.preview["basis"] == basis_of(ctx, campaign=campaign, rounds=held)


def _kept(found: RoundPreview) -> dict[str, Any]:
    return {**asdict(found), "impacts": [{**asdict(one), "note": pack(one.note)} for one in found.impacts]}
