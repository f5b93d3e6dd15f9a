"""What may point to help from others, on one page for each person. The jury weighs it; nothing follows by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, g, request

from cuocthi.text import T
from cuocthi.web.context import reading_context
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi_quiz.domain.evidence.company import BURST, FEWEST_ALIKE, HANDED_ON
from cuocthi_quiz.domain.evidence.dossier import dossier
from cuocthi_quiz.domain.evidence.similarity import NEAREST, SAMPLE
from cuocthi_quiz.domain.evidence.weight import Weight
from cuocthi_quiz.domain.evidence.wrong_answers import FEWEST
from cuocthi_quiz.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Response

    from cuocthi.text import Text

WEIGH = "quiz:evidence:view"
#: What a finding's weight is called, with the kind of its badge.
WEIGHTS: Mapping[Weight, tuple[Text, str]] = {
    Weight.NONE: (T("nothing that stands out"), "plain"),
    Weight.LITTLE: (T("weighs little"), "plain"),
    Weight.SOME: (T("to be looked at"), "warn"),
    Weight.MUCH: (T("stands out, to be looked at first"), "warn"),
}
_SURELY, _MOST = 0.5, 1_000_000


@blueprint.page(
    "/staff/evidence/<int:enrolment_id>",
    permission=WEIGH,
    on_record=T("Looked at what may point to help from others"),
)
def evidence(enrolment_id: int) -> Response:
    """Show how fast a person was, whose answers are alike, and who was near; computed now, for this person alone."""
    round_id = request.args.get("round", type=row_number)
    found = dossier(reading_context(), campaign_id=g.campaign.id, enrolment_id=enrolment_id, round_id=round_id)
    if found is None:
        abort(404)
    return render(
        "quiz/evidence.html",
        found=found,
        weights=WEIGHTS,
        fewest=FEWEST,
        sample=SAMPLE,
        nearest=NEAREST,
        handed_on=HANDED_ON.total_seconds(),
        fewest_alike=FEWEST_ALIKE,
        burst_minutes=BURST.total_seconds() // 60,
        by_chance=by_chance,
    )


def by_chance(probability: float) -> Text:
    """Return in words how probable something is."""
    if probability >= _SURELY:
        return T("quite usual")
    if probability * _MOST < 1:
        return T("less than once in a million cases")
    return T("once in %(number)s cases", number=round(1 / probability))
