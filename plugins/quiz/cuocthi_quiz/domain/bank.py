"""The bank: writing questions and withdrawing them; topics. How they are approved is told by ``domain/review.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, DomainError, InvalidData
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi.timelines.windows import open_span
from cuocthi_quiz.domain.attempts import candidates, divisions_of, settings_of
from cuocthi_quiz.domain.drawing import for_division, shortages, units
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.questions import QuestionData, is_key, problems, tidy, to_lines
from cuocthi_quiz.domain.statements import change, forget
from cuocthi_quiz.models import Question, Remark, RemarkKind, Revision, RevisionState, Topic
from cuocthi_quiz.settings import OWNER

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


def add_topic(ctx: Context, *, campaign: Campaign, key: str, title: str) -> Topic:
    """Add a topic behind the others and record it.

    Raises DomainError (field ``key`` or ``title``) for a key that is malformed or taken, or an empty title.
    """
    title = tidy(title)
    if not is_key(key):
        text = T("A key is made of lower-case letters, digits and hyphens.")
        raise DomainError(text, field="key")
    if not title:
        raise DomainError(T("Please enter a title."), field="title")
    topics = list(ctx.session.scalars(sa.select(Topic).where(Topic.campaign_id == campaign.id)))
    if key in {topic.key for topic in topics}:
        raise DomainError(T("There is already a topic with this key."), field="key")
    position = max((topic.position for topic in topics), default=0) + 1
    topic = Topic(campaign_id=campaign.id, key=key, title=title, position=position)
    ctx.session.add(topic)
    ctx.session.flush()
    record(
        ctx,
        action="quiz:topic:add",
        summary=T("Added the topic “%(title)s”", title=title),
        campaign=campaign,
        object_kind="quiz_topic",
        object_id=topic.id,
        after={"key": key, "title": title},
    )
    return topic


def write_question(
    ctx: Context, *, campaign: Campaign, data: QuestionData, question: Question | None = None
) -> Revision:
    """Write a new question, or a new revision of one, as a draft, and record it.

    What was approved before stays in the bank until the draft is approved; a former draft is set aside with the
    approvals it had, and what it was sent back for is answered. The key of an existing question stays. Raises
    InvalidData with everything that is wrong, DomainError for an unknown topic or a key that is taken.
    """
    wrong = list(problems(data))
    if wrong:
        raise InvalidData(T("The question is not complete; nothing was changed."), [text for _, text in wrong])
    topic = ctx.session.scalar(sa.select(Topic).where(Topic.campaign_id == campaign.id, Topic.key == data.topic))
    if topic is None:
        raise DomainError(T("There is no topic “%(topic)s”.", topic=data.topic), field="topic")
    division_id = division_of(campaign, data.division)
    former = None if question is None else newest_of(ctx, question)
    if question is None:
        question = _new_question(ctx, campaign=campaign, data=data)
    retire(ctx, question, RevisionState.DRAFT)
    _answer(ctx, question)
    number = former.number + 1 if former else 1
    revision = new_revision(ctx, data=data, question_id=question.id, topic_id=topic.id, number=number)
    revision.division_id = division_id
    if former is not None:
        revision.group_id, revision.group_place = former.group_id, former.group_place
    ctx.session.add(revision)
    ctx.session.flush()
    record(
        ctx,
        action="quiz:question:write",
        summary=T("Wrote revision %(number)s of question %(key)s", number=revision.number, key=question.key),
        campaign=campaign,
        object_kind="quiz_question",
        object_id=question.id,
        after={"revision": revision.number},
    )
    return revision


def _answer(ctx: Context, question: Question) -> None:
    """See to what drafts of a question were sent back for: a new wording is the answer."""
    change(
        ctx,
        sa.update(Remark)
        .where(
            Remark.revision_id.in_(sa.select(Revision.id).where(Revision.question_id == question.id)),
            Remark.kind == RemarkKind.SENT_BACK,
            Remark.resolved_at.is_(None),
        )
        .values(resolved_at=ctx.now, resolved_by=ctx.actor.user_id),
    )


def newest_of(ctx: Context, question: Question) -> Revision:
    """Return the newest revision of a question."""
    found = sa.select(Revision).where(Revision.question_id == question.id).order_by(Revision.number.desc()).limit(1)
    return ctx.session.scalars(found).one()


def division_of(campaign: Campaign, key: str) -> int | None:
    """Return the id of a division by its key, None for all. Raises DomainError (field ``division``)."""
    if not key:
        return None
    found = next((division.id for division in campaign.divisions if division.key == key), None)
    if found is None:
        raise DomainError(T("There is no division “%(division)s”.", division=key), field="division")
    return found


def _new_question(ctx: Context, *, campaign: Campaign, data: QuestionData) -> Question:
    taken = sa.select(Question.id).where(Question.campaign_id == campaign.id, Question.key == data.key)
    if ctx.session.scalar(taken) is not None:
        raise DomainError(T("There is already a question with the key “%(key)s”.", key=data.key), field="key")
    last = ctx.session.scalar(sa.select(sa.func.max(Question.position)).where(Question.campaign_id == campaign.id))
    question = Question(campaign_id=campaign.id, key=data.key, position=(last or 0) + 1, for_practice=data.for_practice)
    ctx.session.add(question)
    ctx.session.flush()
    return question


def new_revision(ctx: Context, *, data: QuestionData, question_id: int, topic_id: int, number: int) -> Revision:
    """Return a revision that says what ``data`` says, as a draft by the actor; it is not added to the session."""
    reading, kind = data.second_reading, KINDS[data.type]
    (content, key), shape = kind.stored(data.body), kind.shape(data.body)
    return Revision(
        question_id=question_id,
        number=number,
        state=RevisionState.DRAFT,
        topic_id=topic_id,
        difficulty=data.difficulty,
        type=data.type,
        text=data.text,
        content=content,
        key=key,
        option_count=shape.options,
        target_count=shape.targets,
        shuffled=shape.shuffled,
        explanation=data.explanation,
        source=data.source,
        true_as_of=data.true_as_of,
        tags=to_lines(data.tags),
        search=data.search,
        reading_verdict=reading.verdict if reading else "",
        reading_of=reading.read if reading else "",
        reading_note=reading.note if reading else "",
        reading_on=reading.on if reading else None,
        author_id=ctx.actor.user_id,
        created_at=ctx.now,
    )


def withdraw(ctx: Context, *, campaign: Campaign, question: Question) -> None:
    """Take a question out of the bank, its draft too, and record it. Papers already drawn keep it.

    Raises Conflict if it is not in the bank any more, or a round that is open could not be drawn without it.
    """
    ctx.session.get_one(Question, question.id, with_for_update=True)
    retired = retire(ctx, question, RevisionState.APPROVED) + retire(ctx, question, RevisionState.DRAFT)
    if not retired:
        raise Conflict(T("This question has already been withdrawn."))
    refuse_shortage(ctx, campaign)
    record(
        ctx,
        action="quiz:question:withdraw",
        summary=T("Withdrew question %(key)s", key=question.key),
        campaign=campaign,
        object_kind="quiz_question",
        object_id=question.id,
        after={"state": str(RevisionState.FORMER)},
    )


def refuse_shortage(ctx: Context, campaign: Campaign) -> None:
    """Raise Conflict if a round that is open could not be drawn from the bank as it is now."""
    for round_ in rounds(ctx, campaign_id=campaign.id):
        if round_.source != OWNER or not open_span(round_.windows, ctx.now):
            continue
        settings, bank = settings_of(ctx, campaign=campaign, round_=round_), candidates(ctx, round_=round_)
        papers = [(settings.rows_for(key), units(for_division(bank, key))) for key in divisions_of(campaign)]
        if any(shortages(rows, drawn_from) for rows, drawn_from in papers):
            raise Conflict(
                T("“%(round)s” is open and needs what would be gone; approve something else first.", round=round_.title)
            )


def retire(ctx: Context, question: Question, state: RevisionState) -> int:
    """Set the revision of a question that is in this state aside; return how many there were (0 or 1)."""
    retired = change(
        ctx,
        sa.update(Revision)
        .where(Revision.question_id == question.id, Revision.state == state)
        .values(state=RevisionState.FORMER),
    )
    if retired:
        forget(ctx, Revision)
    return retired
