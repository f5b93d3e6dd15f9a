"""What the selects of the quiz's forms offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g

from cuocthi.text import T
from cuocthi.web.context import reading_context
from cuocthi.web.fields import select_choices
from cuocthi.web.i18n import translate
from cuocthi_quiz.queries import bank as bank_queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.text import Text


def choices(words: Mapping[Any, Text]) -> list[Any]:
    """Return the choices of a select for an enumeration with its words."""
    return select_choices([(str(value), translate(text)) for value, text in words.items()])


def topic_choices() -> list[Any]:
    """Return the choices of a select for the topics of the campaign."""
    topics = bank_queries.topics(reading_context(), campaign_id=g.campaign.id)
    return select_choices([(topic.key, topic.title) for topic in topics])


def tag_choices() -> list[Any]:
    """Return the choices of a select for the tags of the campaign's questions."""
    return select_choices([(tag, tag) for tag in bank_queries.tags(reading_context(), campaign_id=g.campaign.id)])


def division_choices() -> list[Any]:
    """Return the choices of a select for the divisions of the campaign, all of them first."""
    named = [(division.key, division.name) for division in g.campaign.divisions]
    return select_choices([("", translate(T("all"))), *named])
