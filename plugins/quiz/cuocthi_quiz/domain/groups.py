"""Groups of questions that share a text: writing one, and which questions belong to it.

A wording of a group never changes, nor does which revisions name it. To write it anew is to write a new draft of each
of its questions, which is approved as any other; from the first approval to the last the group is not complete, and so
not drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, DomainError
from cuocthi.text import T
from cuocthi_quiz.domain.bank import write_question
from cuocthi_quiz.domain.questions import MAX_TEXT, data_of, is_key, tidy
from cuocthi_quiz.models import MAX_GROUP, Group, RevisionState
from cuocthi_quiz.queries import groups as queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_quiz.models import Question, Revision

_FEWEST = 2


def write_group(
    ctx: Context, *, campaign: Campaign, key: str, text: str, questions: Sequence[str], former: Group | None = None
) -> Group:
    """Write a group, or another wording of ``former``, with the questions of these keys in their order; record it.

    Each of them, and each that belongs to it no longer, gets a new draft. Raises DomainError (field ``key``, ``text``
    or ``questions``) for what cannot be, Conflict if somebody else has written another wording meanwhile.
    """
    text = tidy(text)
    _check_text(ctx, campaign, key, text, former)
    found = _members(ctx, campaign, key, questions)
    before = queries.members(ctx, group_id=former.id) if former else ()
    left = [question.key for question in before if question.key not in questions]
    made = Group(
        campaign_id=campaign.id,
        key=key,
        number=former.number + 1 if former else 1,
        text=text,
        size=len(questions),
        author_id=ctx.actor.user_id,
        created_at=ctx.now,
    )
    try:
        with ctx.session.begin_nested():
            ctx.session.add(made)
            ctx.session.flush()
    except IntegrityError as error:
        raise _written_meanwhile() from error
    for place, (question, revision) in enumerate(found, start=1):
        written = _rewritten(ctx, campaign, question, revision)
        written.group_id, written.group_place = made.id, place
    for question, revision in queries.named(ctx, campaign_id=campaign.id, keys=left).values():
        written = _rewritten(ctx, campaign, question, revision)
        written.group_id, written.group_place = None, 0
    ctx.session.flush()
    record(
        ctx,
        action="quiz:group:write",
        summary=T("Wrote the group of questions %(key)s", key=key),
        campaign=campaign,
        object_kind="quiz_group",
        object_id=made.id,
        before={"questions": [question.key for question in before]} if former else {},
        after={"questions": list(questions), "revision": made.number},
    )
    return made


def _rewritten(ctx: Context, campaign: Campaign, question: Question, revision: Revision) -> Revision:
    data = data_of(revision, key=question.key, topic=revision.topic.key)
    return write_question(ctx, campaign=campaign, data=data, question=question)


def _check_text(ctx: Context, campaign: Campaign, key: str, text: str, former: Group | None) -> None:
    if not is_key(key):
        raise DomainError(T("A key is made of lower-case letters, digits and hyphens."), field="key")
    current = queries.group_of(ctx, campaign_id=campaign.id, key=key)
    if former is None and current is not None:
        raise DomainError(T("There is already a group with this key."), field="key")
    if former is not None and (current is None or current.id != former.id):
        raise _written_meanwhile()
    if not 0 < len(text) <= MAX_TEXT:
        raise DomainError(T("The text has 1 to %(most)s characters.", most=MAX_TEXT), field="text")


def _written_meanwhile() -> Conflict:
    return Conflict(T("Somebody else has written this group anew in the meantime; please load the page again."))


def _members(ctx: Context, campaign: Campaign, key: str, questions: Sequence[str]) -> list[tuple[Question, Revision]]:
    """Return the questions with their newest wordings; raises DomainError if they cannot be a group of this key."""
    if len(questions) not in range(_FEWEST, MAX_GROUP + 1) or len(set(questions)) < len(questions):
        message = T("A group has %(least)s to %(most)s questions, each once.", least=_FEWEST, most=MAX_GROUP)
        raise DomainError(message, field="questions")
    found = queries.named(ctx, campaign_id=campaign.id, keys=questions)
    unknown = [one for one in questions if one not in found or found[one][1].state is RevisionState.FORMER]
    if unknown:
        message = T("There are no questions %(keys)s in the bank.", keys=", ".join(unknown))
        raise DomainError(message, field="questions")
    chosen = [found[one] for one in questions]
    elsewhere = [question.key for question, revision in chosen if revision.group and revision.group.key != key]
    if elsewhere:
        message = T("%(keys)s belong to another group already.", keys=", ".join(elsewhere))
        raise DomainError(message, field="questions")
    kinds = {(revision.topic_id, revision.division_id, question.for_practice) for question, revision in chosen}
    if len(kinds) > 1:
        message = T("The questions of a group have one topic and one division, and all or none are for practice.")
        raise DomainError(message, field="questions")
    return chosen
