"""The quiz's part of a campaign file: topics and settings in its table, the questions in files of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.settings import load_settings, save_settings, structure, unstructure
from cuocthi.contributions import CampaignPart
from cuocthi.errors import InvalidData
from cuocthi.text import T
from cuocthi_quiz.domain import bank_files
from cuocthi_quiz.domain.bank_writing import write_bank
from cuocthi_quiz.domain.picture_files import divided, read_pictures, write_pictures
from cuocthi_quiz.domain.questions import is_key
from cuocthi_quiz.models import Topic
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.settings import OWNER, QuizSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text


@dataclass(frozen=True, slots=True)
class TopicPart:
    """A topic as the file has it."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class QuizPart:
    """The table ``[quiz]`` of a campaign file."""

    topics: tuple[TopicPart, ...] = ()
    settings: QuizSettings = field(default_factory=QuizSettings)


def export_part(ctx: Context, *, campaign: Campaign, folder: Callable[[], Path]) -> CampaignPart:
    """Return topics, settings and bank of a campaign; ``folder`` tells where the files of its pictures are kept."""
    settings = load_settings(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign).value
    topics = tuple(TopicPart(topic.key, topic.title) for topic in bank_queries.topics(ctx, campaign_id=campaign.id))
    values: dict[str, Any] = unstructure(QuizPart(topics, settings))
    files = write_bank(ctx, campaign=campaign) | write_pictures(ctx, campaign=campaign, folder=folder)
    return CampaignPart(values, files)


def import_part(ctx: Context, *, campaign: Campaign, part: CampaignPart, folder: Callable[[], Path]) -> None:
    """Fill an empty bank and set the quiz up from a part, all or nothing; pictures are kept below ``folder``.

    Raises InvalidData with every problem of the table and of the files.
    """
    if bank_files.has_questions(ctx, campaign=campaign):
        problem = T("The campaign already has questions.")
        raise InvalidData(T("The questions could not be read; nothing was changed."), [problem])
    table = structure(QuizPart, part.values)
    problems = _problems(table)
    questions = []
    try:
        files, pictures = divided(part.files)
        questions = bank_files.read_bank(files, topics=[topic.key for topic in table.topics])
        read_pictures(ctx, campaign=campaign, folder=folder, files=pictures, questions=questions)
    except InvalidData as error:
        problems += error.problems
    if problems:
        raise InvalidData(T("The quiz could not be read; nothing was changed."), problems)
    topics = [
        Topic(campaign_id=campaign.id, key=topic.key, title=topic.title, position=position)
        for position, topic in enumerate(table.topics, start=1)
    ]
    ctx.session.add_all(topics)
    ctx.session.flush()
    bank_files.fill_bank(ctx, campaign=campaign, topics=topics, questions=questions)
    save_settings(ctx, owner=OWNER, campaign=campaign, value=table.settings)


def _problems(table: QuizPart) -> list[Text]:
    keys = [topic.key for topic in table.topics]
    found = [T("topic “%(key)s”: the key is malformed", key=key) for key in keys if not is_key(key)]
    found += [T("topic “%(key)s” is there twice", key=key) for key in sorted({k for k in keys if keys.count(k) > 1})]
    found += [T("topic “%(key)s” has no title", key=topic.key) for topic in table.topics if not topic.title.strip()]
    unknown = sorted({row.topic for row in table.settings.blueprint if row.topic} - set(keys))
    return found + [T("the blueprint names the topic “%(key)s”, which is not there", key=key) for key in unknown]
