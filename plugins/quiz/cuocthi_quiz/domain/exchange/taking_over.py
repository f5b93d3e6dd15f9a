"""Files of questions on their way into the bank: handed in, looked at, taken over whole or not at all."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, Forbidden, InvalidData, Missing
from cuocthi.text import T
from cuocthi_quiz.domain.bank import add_topic, division_of, new_revision
from cuocthi_quiz.domain.exchange.packing import packed, unpacked
from cuocthi_quiz.domain.exchange.plan import Choices, Plan, Verdict, choices_packed, make_plan
from cuocthi_quiz.domain.pictures import add_picture, ending_of
from cuocthi_quiz.domain.statements import change, forget
from cuocthi_quiz.models import (
    Difficulty,
    Group,
    Question,
    Remark,
    RemarkKind,
    Revision,
    RevisionState,
    Topic,
    WaitingImport,
)
from cuocthi_quiz.queries.review import newest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_quiz.domain.exchange.drafts import Content
    from cuocthi_quiz.domain.exchange.formats import Format
    from cuocthi_quiz.domain.exchange.plan import Planned
    from cuocthi_quiz.domain.questions import QuestionData

#: How long a file waits to be taken over.
KEPT = timedelta(days=1)
_MAX_NAME = 200


def hand_in(
    ctx: Context, *, campaign: Campaign, name: str, raw: bytes, format_: Format, content: Content, choices: Choices
) -> WaitingImport:
    """Keep what a file says until it is taken over; what the same person handed in before gives way.

    Raises Forbidden for who is no person.
    """
    if ctx.actor.user_id is None:
        raise Forbidden(T("Only a person who is signed in can do this."))
    forget_waiting(ctx)
    own = (WaitingImport.campaign_id == campaign.id, WaitingImport.handed_in_by == ctx.actor.user_id)
    ctx.session.execute(sa.delete(WaitingImport).where(*own))
    waiting = WaitingImport(
        campaign_id=campaign.id,
        token=secrets.token_hex(16),
        file_name=name[-_MAX_NAME:],
        sha256=hashlib.sha256(raw).hexdigest(),
        format=format_.key,
        content=packed(content),
        choices=choices_packed(choices),
        handed_in_by=ctx.actor.user_id,
        handed_in_at=ctx.now,
    )
    ctx.session.add(waiting)
    ctx.session.flush()
    return waiting


def waiting_import(ctx: Context, *, campaign: Campaign, token: str) -> WaitingImport:
    """Return the file of this token. Raises Missing if it is somebody else's, was taken over, or is too old."""
    found = ctx.session.scalar(sa.select(WaitingImport).where(*_waiting(ctx, campaign, token)))
    if found is None:
        raise _gone()
    return found


def plan_of(ctx: Context, *, campaign: Campaign, waiting: WaitingImport, leave_out: bool = False) -> Plan:
    """Return what a file that waits would do to the bank as it is now; ``leave_out`` as :func:`make_plan` has it."""
    return _plan(ctx, campaign, waiting.content, waiting.choices, leave_out=leave_out)


def take_over(
    ctx: Context, *, campaign: Campaign, token: str, digest: str, folder: Path, leave_out: bool = False
) -> Plan:
    """Write the questions of a file that waits as drafts by the actor, all or none; record and return what was done.

    With ``leave_out`` these are all that can be taken. ``digest`` is that of the plan that was looked at; pictures are
    kept below ``folder``. What was approved before stays in the bank until its draft is approved. Raises Missing as
    :func:`waiting_import`, InvalidData with everything that is wrong, Conflict if the bank has changed in the meantime
    so that something else would happen.
    """
    # Whoever takes the file away has it; who comes second, be it by a second click, finds nothing.
    columns = (WaitingImport.content, WaitingImport.choices, WaitingImport.file_name, WaitingImport.sha256)
    taken = ctx.session.execute(sa.delete(WaitingImport).where(*_waiting(ctx, campaign, token)).returning(*columns))
    row = taken.first()
    if row is None:
        raise _gone()
    _take_turns(ctx, campaign)
    plan = _plan(ctx, campaign, row.content, row.choices, leave_out=leave_out)
    if plan.problems:
        wrong = [T("%(place)s: %(problem)s", place=item.place, problem=item.text) for item in plan.problems]
        raise InvalidData(T("The file cannot be taken over; nothing was changed."), wrong)
    if plan.digest != digest:
        raise Conflict(T("The bank has changed since you looked; please look again. Nothing was changed."))
    for key, title in plan.topics.items():
        add_topic(ctx, campaign=campaign, key=key, title=title)
    for key, picture in plan.pictures.items():
        name = f"{key}{ending_of(picture)}"
        add_picture(ctx, folder=folder, campaign=campaign, key=key, name=name, content=picture)
    _write(ctx, campaign, plan.of(Verdict.NEW, Verdict.REWORDED), plan.groups)
    record(
        ctx,
        action="quiz:question:import",
        summary=T("Imported questions from “%(file)s”", file=row.file_name),
        campaign=campaign,
        object_kind="quiz_question",
        object_id=None,
        after={
            "sha256": row.sha256,
            **({"pictures": sorted(plan.pictures)} if plan.pictures else {}),
            **({"groups": sorted(plan.groups)} if plan.groups else {}),
            **({"left_out": len({str(one.place) for one in plan.left_out})} if plan.left_out else {}),
            **{str(verdict): [planned.data.key for planned in plan.of(verdict)] for verdict in Verdict},
        },
    )
    return plan


def forget_waiting(ctx: Context) -> int:
    """Drop the files that nobody took over within :data:`KEPT`; return how many there were."""
    return change(ctx, sa.delete(WaitingImport).where(WaitingImport.handed_in_at <= ctx.now - KEPT))


def _waiting(ctx: Context, campaign: Campaign, token: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        WaitingImport.token == token,
        WaitingImport.campaign_id == campaign.id,
        WaitingImport.handed_in_by == ctx.actor.user_id,
        WaitingImport.handed_in_at > ctx.now - KEPT,
    )


def _gone() -> Missing:
    return Missing(T("This file does not wait any more. Please choose it again."))


def _plan(
    ctx: Context, campaign: Campaign, content: Mapping[str, Any], choices: Mapping[str, Any], *, leave_out: bool
) -> Plan:
    chosen = {
        **choices,
        "difficulty": Difficulty(choices["difficulty"]),
        "true_as_of": date.fromisoformat(choices["true_as_of"]),
    }
    said = unpacked(content)
    return make_plan(ctx, campaign=campaign, content=said, choices=Choices(**chosen), leave_out=leave_out)


def _take_turns(ctx: Context, campaign: Campaign) -> None:
    """Let nobody else import into the bank, and nobody decide on its questions, until the transaction ends."""
    own = sa.select(Question.id).where(Question.campaign_id == campaign.id).order_by(Question.id)
    ctx.session.execute(own.with_for_update())


def _write(ctx: Context, campaign: Campaign, planned: Sequence[Planned], shared: Mapping[str, str]) -> None:
    """Write drafts, in a number of statements that does not grow with them."""
    topics = {
        topic.key: topic.id for topic in ctx.session.scalars(sa.select(Topic).where(Topic.campaign_id == campaign.id))
    }
    new = [item.data for item in planned if item.verdict is Verdict.NEW]
    keys = _questions(ctx, campaign, new)
    groups = _groups(ctx, campaign, new, shared)
    former = _set_aside(ctx, [keys[item.data.key] for item in planned if item.verdict is Verdict.REWORDED])
    revisions = [
        _revision(ctx, item.data, keys[item.data.key], topics[item.data.topic], former.get(keys[item.data.key]))
        for item in planned
    ]
    for item, revision in zip(planned, revisions, strict=True):
        revision.division_id = division_of(campaign, item.data.division)
        revision.group_id, revision.group_place = groups.get(item.data.key, (revision.group_id, revision.group_place))
    ctx.session.bulk_save_objects(revisions)


def _revision(ctx: Context, data: QuestionData, question_id: int, topic_id: int, former: Revision | None) -> Revision:
    """Return a wording of a question; one that is in a group stays there."""
    number = former.number + 1 if former else 1
    revision = new_revision(ctx, data=data, question_id=question_id, topic_id=topic_id, number=number)
    group, place = (former.group_id, former.group_place) if former else (None, 0)
    revision.group_id, revision.group_place = group, place
    return revision


def _groups(
    ctx: Context, campaign: Campaign, new: Sequence[QuestionData], shared: Mapping[str, str]
) -> dict[str, tuple[int | None, int]]:
    """Add groups that share these texts; return by the key of each of their questions its group and place there."""
    members = {key: [data.key for data in new if data.group == key] for key in shared}
    made = {
        key: Group(
            campaign_id=campaign.id,
            key=key,
            number=1,
            text=text,
            size=len(members[key]),
            author_id=ctx.actor.user_id,
            created_at=ctx.now,
        )
        for key, text in shared.items()
    }
    ctx.session.add_all(made.values())
    ctx.session.flush()
    return {
        question: (made[key].id, place) for key, keys in members.items() for place, question in enumerate(keys, start=1)
    }


def _questions(ctx: Context, campaign: Campaign, new: Sequence[QuestionData]) -> dict[str, int]:
    """Add questions behind the others; return all of the campaign's by their keys."""
    own = Question.campaign_id == campaign.id
    last = ctx.session.scalar(sa.select(sa.func.max(Question.position)).where(own)) or 0
    rows = [
        {"campaign_id": campaign.id, "key": data.key, "position": at, "for_practice": data.for_practice}
        for at, data in enumerate(new, start=last + 1)
    ]
    if rows:
        ctx.session.execute(sa.insert(Question), rows)
    found = ctx.session.execute(sa.select(Question.key, Question.id).where(own))
    return {row[0]: row[1] for row in found}


def _set_aside(ctx: Context, question_ids: Collection[int]) -> dict[int, Revision]:
    """Set the drafts of questions aside and answer what they were sent back for; return the newest wording of each."""
    if not question_ids:
        return {}
    own = Revision.question_id.in_(question_ids)
    open_ = sa.and_(Remark.kind == RemarkKind.SENT_BACK, Remark.resolved_at.is_(None))
    answered = sa.update(Remark).where(Remark.revision_id.in_(sa.select(Revision.id).where(own)), open_)
    change(ctx, answered.values(resolved_at=ctx.now, resolved_by=ctx.actor.user_id))
    drafts = sa.update(Revision).where(own, Revision.state == RevisionState.DRAFT)
    change(ctx, drafts.values(state=RevisionState.FORMER))
    forget(ctx, Revision)
    found = ctx.session.scalars(sa.select(Revision).where(own, newest()))
    return {revision.question_id: revision for revision in found}
