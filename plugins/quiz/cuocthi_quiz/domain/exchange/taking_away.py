"""Questions on their way out of the bank: which they are, what they show, and that it is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.files.domain import content_of
from cuocthi_quiz.domain.exchange.album import shown_by
from cuocthi_quiz.domain.questions import data_of
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries.exchange import newest_revisions
from cuocthi_quiz.queries.pictures import pictures

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_quiz.domain.exchange.formats import Format
    from cuocthi_quiz.domain.questions import QuestionData


def questions_of(
    ctx: Context, *, campaign: Campaign, ids: Collection[int] | None = None
) -> tuple[list[QuestionData], dict[str, str]]:
    """Return questions (all, or those of some ids) in their newest wordings, and how each topic is called in files.

    That is its title, or its key where two have one title.
    """
    found = newest_revisions(ctx, campaign_id=campaign.id, ids=ids)
    titles = [(topic.key, topic.title) for topic in bank_queries.topics(ctx, campaign_id=campaign.id)]
    called = [title for _, title in titles]
    names = {key: key if called.count(title) > 1 else title for key, title in titles}
    return [data_of(revision, key=question.key, topic=topic) for question, revision, topic in found], names


def pictures_of(
    ctx: Context, *, campaign: Campaign, questions: Sequence[QuestionData], folder: Path
) -> dict[str, bytes]:
    """Return the pictures that questions show, by key; their files are kept below ``folder``."""
    keys = {key for question in questions for key in shown_by(question)}
    rows = pictures(ctx, campaign_id=campaign.id, keys=keys)
    return {row.picture.key: content_of(folder, sha256=row.sha256, name=row.name) for row in rows}


def on_record(format_: Format, questions: Sequence[QuestionData], narrowed: Mapping[str, str]) -> dict[str, object]:
    """Return what the log says of an export; ``narrowed`` is by what the questions were chosen."""
    return {"format": format_.key, "questions": len(questions), **narrowed}
