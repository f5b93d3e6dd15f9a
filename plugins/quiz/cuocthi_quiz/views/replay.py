"""A paper replayed for whoever decides a dispute: every step by the server's clock, and what stands on it now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from flask import abort, g, request

from cuocthi.text import T
from cuocthi.timelines.queries import phase_of
from cuocthi.web.context import reading_context
from cuocthi.web.on_record import put_look_on_record
from cuocthi.web.rendering import render
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.receipts import check, receipt
from cuocthi_quiz.domain.refused import refused_on
from cuocthi_quiz.domain.replay import CHANGES, Step, replay
from cuocthi_quiz.domain.responses import WAYS, Way, chosen_in, target_of, to_given
from cuocthi_quiz.models import THOUSANDTHS
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.queries.devices import devices_of
from cuocthi_quiz.queries.marks import marks_of
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.shown import comma
from cuocthi_quiz.views.staff_attempts import VIEW
from cuocthi_quiz.words import HAND_INS, LETTERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from flask import Response

    from cuocthi.text import Text
    from cuocthi_quiz.domain.replay import Happening
    from cuocthi_quiz.models import Attempt
    from cuocthi_quiz.queries.devices import Devices
    from cuocthi_quiz.queries.marks import Marked
    from cuocthi_quiz.queries.papers import PaperRow

READ = "quiz:question:view"
STEPS: Mapping[Step, Text] = {
    Step.BEGUN: T("Begun"),
    Step.ANSWERED: T("Answered"),
    Step.TAKEN_BACK: T("Answer taken back"),
    Step.PREDICTED: T("Prediction given"),
    Step.TAKEN_OVER: T("Opened in another place, which alone could answer from then on"),
    Step.REFUSED_CLOSED: T("Answer refused: it came after the hand-in or after time was up"),
    Step.REFUSED_TAKEN: T("Answer refused: the paper was open in another place"),
    Step.REFUSED_STALE: T("Answer refused: a newer one was saved already"),
    Step.HANDED_IN: T("Handed in"),
    Step.GRADED: T("Graded"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A step as the page shows it: what happened in words, at which question, and what was said."""

    at: datetime
    after: timedelta
    step: Text
    position: int
    said: str | Text


@dataclass(frozen=True, slots=True)
class Stands:
    """A question as it stands on the paper now; ``text`` is empty for who does not read it."""

    row: PaperRow
    text: str
    said: str
    changes: int
    marked: Marked | None


@blueprint.page("/staff/papers/<int:attempt_id>", permission=VIEW, on_record=T("Looked at what a person answered"))
def attempt(attempt_id: int) -> Response:
    """Replay a paper. What was asked stands there for those who may read questions, when they ask for it."""
    reads = READ in g.permissions and "questions" in request.args
    if reads:
        put_look_on_record(
            action=READ, summary=T("Read the questions of a paper"), object_kind="attempt", object_id=attempt_id
        )
    ctx = reading_context()
    found = papers_queries.attempt_of(ctx, campaign_id=g.campaign.id, attempt_id=attempt_id)
    if found is None:
        abort(404)
    of = found.attempt
    rows = papers_queries.paper(ctx, attempt_id=attempt_id)
    devices, marks = devices_of(ctx, user_ids=[of.user_id]), marks_of(ctx, attempt_id=attempt_id)
    moves, refused = papers_queries.take_overs(ctx, attempt_id=attempt_id), refused_on(ctx, attempt_id=attempt_id)
    happenings = replay(of, rows, moves, refused)
    made = receipt(g.campaign, of, rows) if of.submitted_at else None
    code = request.args.get("code", "").strip()
    return render(
        "quiz/attempt.html",
        found=found,
        round=phase_of(ctx, campaign_id=g.campaign.id, phase_id=of.phase_id),
        happenings=[_shown(one, of, devices, reads=reads) for one in happenings],
        questions=[
            Stands(
                row,
                row.text if reads else "",
                _said(row, row.response, reads=reads),
                sum(one.row is row and one.step in CHANGES for one in happenings),
                marks.get(row.position),
            )
            for row in rows
        ],
        answered=sum(row.answered for row in rows),
        handed_in=HAND_INS[of.handed_in_by] if of.handed_in_by else "",
        reads=reads,
        may_read=READ in g.permissions,
        receipt=made,
        code=code,
        genuine=bool(code) and made is not None and check(ctx, campaign=g.campaign, code=code) == made,
    )


def _shown(one: Happening, of: Attempt, devices: Devices, *, reads: bool) -> Shown:
    said: str | Text = one.response
    if one.row is not None:
        said = _said(one.row, one.response, reads=reads)
    elif one.step in {Step.BEGUN, Step.TAKEN_OVER}:
        said = ", ".join(part for part in (one.address, devices.at(of.user_id, one.at)) if part)
    elif one.response and of.prediction_decimals:
        said = comma(Decimal(one.response) / THOUSANDTHS)
    elif one.step is Step.HANDED_IN and of.handed_in_by:
        said = HAND_INS[of.handed_in_by]
    return Shown(one.at, one.after, STEPS[one.step], one.row.position if one.row else 0, said)


def _said(row: PaperRow, response: str, *, reads: bool) -> str:
    """Return an answer in words for who reads questions; for others letters and numbers, or what was written."""
    if not response:
        return ""
    given = to_given(response, WAYS[row.type], unpack(row.option_order, row.option_count))
    words = f" ({'; '.join(KINDS[row.type].words(row.content, response))})" if reads else ""
    if given.way is Way.CHOICE:
        return ", ".join(LETTERS[at] for at in chosen_in(given.bits)) + words
    if given.way is Way.PLACING:
        return ", ".join(str(target_of(given.bits, at) or "–") for at in range(row.option_count)) + words
    return given.written
