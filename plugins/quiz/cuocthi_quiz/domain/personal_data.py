"""What the quiz keeps of a person: papers, answers, and from where a paper was begun and taken over."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.settings import load_version
from cuocthi.contributions import Erasure, PersonalData
from cuocthi.text import T
from cuocthi.timelines.models import Phase
from cuocthi_quiz.domain.extra_time import More, forget_people, reason_of
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.refused import refused_on
from cuocthi_quiz.domain.release import has_closed, released
from cuocthi_quiz.domain.replay import refusals
from cuocthi_quiz.models import Attempt, ExtraTime, TakeOver
from cuocthi_quiz.queries.papers import PaperRow, paper
from cuocthi_quiz.settings import QuizSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Person
    from cuocthi.security.personal_data import Vault

    #: A paper that may be shown, with its round and its questions.
    _Shown = tuple[Attempt, Phase, Sequence[PaperRow]]

KEPT = T("It stays, without your name: the ranking rests on it.")


def export(ctx: Context, *, campaign: Campaign, person: Person, vault: Vault) -> list[PersonalData]:
    """Return a person's papers, and the answers on them once the round has closed, as they may be shared until then.

    The score stands there only if the person may see it by now.
    """
    rows = ctx.session.execute(
        sa.select(Attempt, Phase)
        .join(Phase, Phase.id == Attempt.phase_id)
        .where(Attempt.campaign_id == campaign.id, Attempt.enrolment_id == person.enrolment_id)
        .order_by(Phase.number, Attempt.number)
    )
    held = [(attempt, round_) for attempt, round_ in rows]
    papers = [T("Round"), T("Paper"), T("Begun"), T("Handed in"), T("Prediction"), T("Points"), T("Network address")]
    answers = [T("Round"), T("Paper"), T("Question number"), T("Question"), T("Answer"), T("Saved")]
    late = [T("Round"), T("Paper"), T("Question number"), T("Answer"), T("When")]
    moves = [T("Paper"), T("When"), T("Network address")]
    more = [T("Extra time"), T("Since"), T("Reason")]
    shown = [
        (attempt, round_, paper(ctx, attempt_id=attempt.id))
        for attempt, round_ in held
        if attempt.submitted_at is not None and has_closed(ctx, round_=round_)
    ]
    return [
        PersonalData("papers", T("Papers"), papers, [_paper(ctx, *one) for one in held], kept=KEPT, order=40),
        PersonalData("answers", T("Answers"), answers, _answers(shown), kept=KEPT, order=42),
        PersonalData("refused", T("Answers that were refused"), late, _refused(ctx, shown), kept=KEPT, order=43),
        PersonalData("moves", T("Papers taken over on another device"), moves, _moves(ctx, held), order=44),
        PersonalData("extra_time", T("Extra time"), more, _extra_time(ctx, person, vault), order=46),
    ]


def _extra_time(ctx: Context, person: Person, vault: Vault) -> list[tuple[Any, ...]]:
    held = None if person.enrolment_id is None else ctx.session.get(ExtraTime, person.enrolment_id)
    if held is None:
        return []
    return [(More(held.percent, held.minutes).words, held.granted_at, reason_of(held, vault=vault))]


def erase(ctx: Context, *, people: Sequence[Person], erasure: Erasure) -> None:
    """Forget extra time, and from which addresses papers were begun and taken over.

    Papers name nobody once the enrolment does not.
    """
    if erasure is Erasure.RECORDS or not people:
        return
    theirs = Attempt.enrolment_id.in_([person.enrolment_id for person in people])
    own = sa.select(Attempt.id).where(theirs)
    ctx.session.execute(sa.update(Attempt).where(theirs).values(address=""))
    forget_people(ctx, enrolment_ids=[person.enrolment_id for person in people if person.enrolment_id is not None])
    ctx.session.execute(sa.update(TakeOver).where(TakeOver.attempt_id.in_(own)).values(address=""))


def _paper(ctx: Context, attempt: Attempt, round_: Phase) -> tuple[Any, ...]:
    settings = load_version(ctx, version_id=attempt.settings_version_id, schema=QuizSettings)
    seen = attempt.score is not None and released(ctx, round_=round_, when=settings.results)
    # Points are stored in thousandths.
    points = f"{(attempt.score or 0) / 1000:g} / {(attempt.max_score or 0) / 1000:g}" if seen else None
    handled = (attempt.started_at, attempt.submitted_at, _number(attempt.predicted))
    return (round_.title, attempt.number, *handled, points, attempt.address)


def _number(value: Decimal | int | None) -> str | int | None:
    return f"{value.normalize():f}".replace(".", ",") if isinstance(value, Decimal) else value


def _answers(shown: Sequence[_Shown]) -> list[tuple[Any, ...]]:
    return [
        (round_.title, attempt.number, row.position, row.text, _chosen(row, row.response), row.saved_at)
        for attempt, round_, rows in shown
        for row in rows
    ]


def _refused(ctx: Context, shown: Sequence[_Shown]) -> list[tuple[Any, ...]]:
    found = []
    for attempt, round_, rows in shown:
        late = refusals(attempt, rows, refused_on(ctx, attempt_id=attempt.id))
        for one in sorted(late, key=lambda one: one.at):
            said = (one.row.position, _chosen(one.row, one.response)) if one.row else (None, one.response)
            found.append((round_.title, attempt.number, *said, one.at))
    return found


def _chosen(row: PaperRow, response: str) -> str:
    return "; ".join(KINDS[row.type].words(row.content, response))


def _moves(ctx: Context, held: Sequence[tuple[Attempt, Phase]]) -> list[tuple[Any, ...]]:
    numbers = {attempt.id: attempt.number for attempt, _ in held}
    found = ctx.session.scalars(sa.select(TakeOver).where(TakeOver.attempt_id.in_(numbers)).order_by(TakeOver.id))
    return [(numbers[move.attempt_id], move.at, move.address) for move in found]
