"""An attempt from its start to its hand-in. Every step is decided by the database, whoever else tries at once."""

from __future__ import annotations

import json
import secrets
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.settings import load_settings, settings_in
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import Closed, Conflict, Forbidden, Missing
from cuocthi.standings.admission import check_admitted
from cuocthi.text import T
from cuocthi.timelines.queries import open_window
from cuocthi_quiz.domain import drawing
from cuocthi_quiz.domain.allowances import Allowance, allowance, refusal
from cuocthi_quiz.domain.deadlines import closing, deadline, last_day, replaceable
from cuocthi_quiz.domain.extra_time import minutes_for
from cuocthi_quiz.domain.responses import is_complete
from cuocthi_quiz.domain.statements import change, forget
from cuocthi_quiz.models import Attempt, HandIn, Item, TakeOver
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.settings import OWNER, QuizSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

TOKEN_BYTES = 12

# A paper is stored by one statement, however many questions it has.
_ITEMS = "INSERT INTO quiz_item (attempt_id, position, revision_id, option_order, flagged) "
ITEMS_ON = {
    "postgresql": sa.text(
        _ITEMS + "SELECT :attempt, i.place, CAST(i.drawn ->> 0 AS BIGINT), CAST(i.drawn ->> 1 AS BIGINT), FALSE "
        "FROM json_array_elements(CAST(:paper AS JSON)) WITH ORDINALITY AS i (drawn, place)"
    ),
    "sqlite": sa.text(
        _ITEMS + "SELECT :attempt, i.key + 1, json_extract(i.value, '$[0]'), json_extract(i.value, '$[1]'), FALSE "
        "FROM json_each(:paper) AS i"
    ),
}


class Supplying(Protocol):
    """Gives what papers of a division are drawn from in a round, as :func:`supply_of` does."""

    def __call__(self, ctx: Context, *, round_: Phase, settings: QuizSettings, division: str) -> drawing.Supply:
        """Return it; ``settings`` are those of the round, ``division`` is a key or nothing."""


def settings_of(ctx: Context, *, campaign: Campaign, round_: Phase) -> QuizSettings:
    """Return the settings under which somebody who starts now would take part."""
    return load_settings(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign, round_=round_).value


def candidates(ctx: Context, *, round_: Phase) -> list[drawing.Candidate]:
    """Return the questions that a round's papers are drawn from: those that hold until its last day."""
    found = bank_queries.drawn_from(ctx, campaign_id=round_.campaign_id, on=last_day(round_.closes_at))
    return [drawing.candidate(row) for row in found]


def divisions_of(campaign: Campaign) -> list[str]:
    """Return the keys of the divisions that somebody may be in; nothing stands for those who are in none."""
    return [division.key for division in campaign.divisions] or [""]


def division_key(campaign: Campaign, enrolment: Enrolment) -> str:
    """Return the key of the division that somebody is in, or nothing."""
    if enrolment.division_id is None:
        return ""
    return next(division.key for division in campaign.divisions if division.id == enrolment.division_id)


def supply_of(ctx: Context, *, round_: Phase, settings: QuizSettings, division: str) -> drawing.Supply:
    """Return what papers of a division are drawn from in a round (one statement)."""
    bank = drawing.for_division(candidates(ctx, round_=round_), division)
    return drawing.supply(settings.rows_for(division), drawing.units(bank))


def start(
    ctx: Context, *, campaign: Campaign, round_: Phase, enrolment: Enrolment, supplying: Supplying = supply_of
) -> Attempt:
    """Start an attempt: draw the paper and fix the deadline. Whoever has an open paper gets that one.

    An incident may have granted another attempt in place of one that was set aside, also beyond the round's windows.
    ``supplying`` gives what the paper is drawn from: who starts many may keep what :func:`supply_of` gives.

    Raises Closed when no window is open, no attempt is left or the pause after the last one is not over, Forbidden for
    somebody who is excluded or not admitted to the round, Conflict when the bank cannot fill the paper.
    """
    _refuse_outsiders(campaign, round_, enrolment)
    loaded = load_settings(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign, round_=round_)
    settings = loaded.value
    _take_turns(ctx, settings, enrolment)
    window = open_window(ctx, phase_id=round_.id, unit_path=enrolment.unit_path, lock=True)
    earlier = papers_queries.attempts_of(ctx, round_id=round_.id, enrolment_id=enrolment.id)
    if earlier and earlier[-1].is_open:
        if not submit_overdue(ctx, round_id=round_.id, enrolment_id=enrolment.id):
            return earlier[-1]
        ctx.session.refresh(earlier[-1])
    replaced = replaceable(earlier, ctx.now)
    closes_at = closing(window, replaced)
    if closes_at is None:
        raise Closed(T("“%(round)s” is not open now.", round=round_.title))
    if replaced is None:
        check_admitted(ctx, campaign=campaign, round_=round_, enrolment=enrolment, begun=bool(earlier))
        allowed = allowance_of(ctx, settings=settings, round_=round_, enrolment=enrolment, made=earlier)
        refused = refusal(settings, allowed, now=ctx.now, closes_at=round_.closes_at)
        if refused is not None:
            raise Closed(refused)
    # The number is unique and one more than all that were looked at: nobody has begun another one in between, and so
    # what was found to be left in the round, its day or week, and the pause, still holds.
    number = len(earlier) + 1
    division = division_key(campaign, enrolment)
    paper = drawn_paper(
        supplying(ctx, round_=round_, settings=settings, division=division),
        settings,
        draw_key=campaign.draw_key,
        round_key=round_.key,
        division=division,
        contest_number=enrolment.code,
        number=number,
    )
    values = {
        "campaign_id": campaign.id,
        "phase_id": round_.id,
        "enrolment_id": enrolment.id,
        "user_id": enrolment.user_id,
        "address": ctx.actor.address,
        "number": number,
        "settings_version_id": loaded.version_id,
        "minutes": settings.minutes,
        "started_at": ctx.now,
        "deadline": deadline(ctx.now, settings.minutes, closes_at),
        "relief_until": replaced and replaced.relief_until,
        "replaces_id": replaced and replaced.id,
        "token": secrets.token_hex(TOKEN_BYTES),
        "asks_prediction": settings.prediction,
        "prediction_decimals": settings.target.decimals,
        "prediction_most": settings.target.most,
    }
    attempt = _insert_once(ctx, values)
    if attempt is None:
        return _open_elsewhere(ctx, round_, enrolment)
    ctx.session.execute(ITEMS_ON[ctx.session.get_bind().dialect.name], {"attempt": attempt.id, "paper": paper})
    _give_extra_time(ctx, attempt, closes_at)
    return attempt


def _open_elsewhere(ctx: Context, round_: Phase, enrolment: Enrolment) -> Attempt:
    """Return the attempt that another request was faster to start."""
    found = papers_queries.attempts_of(ctx, round_id=round_.id, enrolment_id=enrolment.id)
    if not found or not found[-1].is_open:
        raise Conflict(T("This paper was handed in elsewhere in this very moment; please load the page again."))
    return found[-1]


def _give_extra_time(ctx: Context, attempt: Attempt, closes_at: datetime) -> None:
    """Give a paper that has just been inserted the extra time of its person (one statement, two for who has some).

    The insertion holds the enrolment, by its foreign key, and whoever grants holds it too: what is granted at the same
    moment is either found here, or finds the paper.
    """
    attempt.extra_minutes = minutes_for(ctx, enrolment_id=attempt.enrolment_id, minutes=attempt.minutes)
    if attempt.extra_minutes:
        attempt.deadline = deadline(attempt.started_at, attempt.minutes + attempt.extra_minutes, closes_at)
        ctx.session.flush()


def allowance_of(
    ctx: Context, *, settings: QuizSettings, round_: Phase, enrolment: Enrolment, made: Sequence[Attempt]
) -> Allowance:
    """Return what a person may still do in a round after the attempts ``made`` there, in order.

    One statement where the contest limits the attempts in all its rounds, none otherwise.
    """
    elsewhere = 0
    if settings.attempts_in_contest:
        elsewhere = papers_queries.counted_elsewhere(
            ctx, campaign_id=round_.campaign_id, round_id=round_.id, enrolment_id=enrolment.id
        )
    return allowance(settings, made=made, elsewhere=elsewhere, now=ctx.now)


def _take_turns(ctx: Context, settings: QuizSettings, enrolment: Enrolment) -> None:
    """Let the starts of one person wait for one another where a limit reaches over rounds: no key could hold it.

    Taken before the window, as every format does that holds both (SQLite has one writer anyway).
    """
    if settings.attempts_in_contest:
        held = sa.select(Enrolment.id).where(Enrolment.id == enrolment.id)
        ctx.session.execute(held.with_for_update(key_share=True))


def _refuse_outsiders(campaign: Campaign, round_: Phase, enrolment: Enrolment) -> None:
    if enrolment.campaign_id != campaign.id or round_.campaign_id != campaign.id or round_.source != OWNER:
        raise Missing(T("This round does not exist here."))
    if campaign.state is not CampaignState.OPEN:
        raise Closed(T("This contest is not open."))
    if enrolment.state is not EnrolmentState.ACTIVE:
        raise Forbidden(T("You have been excluded from this contest: %(reason)s", reason=enrolment.excluded_reason))


def drawn_paper(
    supply: drawing.Supply,
    settings: QuizSettings,
    *,
    draw_key: str,
    round_key: str,
    division: str,
    contest_number: str,
    number: int,
) -> str:
    """Return somebody's paper, drawn for the attempt with this number, as the statement takes it that stores it.

    That is JSON of [revision, order of its options] for each question. Raises Conflict when the bank cannot fill it.
    """
    seed = drawing.seed(draw_key, round_key=round_key, contest_number=contest_number, attempt=number)
    common = drawing.common_seed(draw_key, round_key=round_key, division=division)
    try:
        paper = drawing.draw(supply, seed, common=common if settings.same_questions else None)
    except ValueError:
        paper = []
    if not paper:
        raise Conflict(T("The questions are not ready. Please tell the organisers; you have lost nothing."))
    return json.dumps([[drawn.revision_id, drawing.pack(drawn.order)] for drawn in paper])


def _insert_once(ctx: Context, values: dict[str, Any]) -> Attempt | None:
    """Insert an attempt unless another request has been faster, and then return None."""
    inserted: Attempt | None = ctx.session.scalar(_insert_attempt(ctx.session.get_bind().dialect.name), values)
    return inserted


@cache
def _insert_attempt(dialect: str) -> Any:
    """Made once: every start runs it."""
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(Attempt).on_conflict_do_nothing().returning(Attempt)


def own_attempt(ctx: Context, *, campaign_id: int, attempt_id: int) -> tuple[Attempt, QuizSettings]:
    """Return the actor's attempt and the settings it was made under.

    Raises Missing for anybody else's, and for one of another campaign.
    """
    found = papers_queries.attempt_of_user(
        ctx, campaign_id=campaign_id, attempt_id=attempt_id, user_id=ctx.actor.user_id
    )
    if found is None:
        raise Missing(T("There is no such paper of yours."))
    attempt, version = found
    return attempt, settings_in(version, QuizSettings)


def take_over(ctx: Context, *, attempt: Attempt) -> str:
    """Let the paper be answered from here alone, log it, and return the new token. Raises Closed if it is handed in."""
    token = secrets.token_hex(TOKEN_BYTES)
    changed = change(
        ctx,
        sa.update(Attempt)
        .where(Attempt.id == attempt.id, Attempt.submitted_at.is_(None), Attempt.deadline > ctx.now)
        .values(token=token, former_token=Attempt.token),
    )
    if not changed:
        raise Closed(T("This paper has been handed in."))
    ctx.session.add(TakeOver(attempt_id=attempt.id, at=ctx.now, address=ctx.actor.address))
    ctx.session.flush()
    return token


def submit_overdue(ctx: Context, *, round_id: int | None = None, enrolment_id: int | None = None) -> int:
    """Hand in every open paper whose deadline has passed, as it was saved; return how many this call handed in.

    One conditional statement: however many run at once, each paper is handed in once.
    """
    conditions = [Attempt.submitted_at.is_(None), Attempt.deadline <= ctx.now]
    if round_id is not None:
        conditions.append(Attempt.phase_id == round_id)
    if enrolment_id is not None:
        conditions.append(Attempt.enrolment_id == enrolment_id)
    changed = change(
        ctx, sa.update(Attempt).where(*conditions).values(submitted_at=Attempt.deadline, handed_in_by=HandIn.DEADLINE)
    )
    if changed:
        forget(ctx, Attempt)
    return changed


def follow_enrolments(ctx: Context, *, enrolments: Sequence[Enrolment]) -> None:
    """Let papers be in the hands of those whose enrolments they belong to by now: answers come from their sessions."""
    owner = sa.select(Enrolment.user_id).where(Enrolment.id == Attempt.enrolment_id).scalar_subquery()
    ids = [enrolment.id for enrolment in enrolments]
    change(ctx, sa.update(Attempt).where(Attempt.enrolment_id.in_(ids)).values(user_id=owner))
    forget(ctx, Attempt)


def flag(ctx: Context, *, attempt: Attempt, token: str, position: int, flagged: bool) -> None:
    """Mark a question to be looked at again, or unmark it. Raises Conflict if the paper is not open here."""
    held = sa.exists().where(
        Attempt.id == Item.attempt_id,
        Attempt.token == token,
        Attempt.submitted_at.is_(None),
        Attempt.deadline > ctx.now,
    )
    changed = change(
        ctx,
        sa.update(Item).where(Item.attempt_id == attempt.id, Item.position == position, held).values(flagged=flagged),
    )
    if not changed:
        raise Conflict(T("This paper is not open here any more; please load the page again."))


def positions(paper: Sequence[papers_queries.PaperRow]) -> tuple[int, int, int]:
    """Return how many questions of a paper are answered, flagged and open, as a whole or in part."""
    answered = sum(is_complete(row.response, row.type, row.option_count) for row in paper)
    return answered, sum(row.flagged for row in paper), len(paper) - answered
