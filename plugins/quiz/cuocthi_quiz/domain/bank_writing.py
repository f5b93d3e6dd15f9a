"""The bank written as files, so that reading them (``domain/bank_files.py``) gives the same bank again."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from cuocthi_quiz.domain.questions import (
    QuestionData,
    data_of,
)
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries import validity as validity_queries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

from cuocthi_quiz.domain.bank_files import FOLDER, SUFFIX


def write_bank(ctx: Context, *, campaign: Campaign) -> dict[str, bytes]:
    """Return the bank as files by name, one a topic; of an approved question the approved revision, else the draft.

    What two persons have said to be still true is true as of that day.
    """
    by_topic: dict[str, list[QuestionData]] = {}
    bank = sorted(bank_queries.bank(ctx, campaign_id=campaign.id), key=lambda row: row[1].group_place)
    known = validity_queries.true_since(ctx, campaign_id=campaign.id)
    endings = validity_queries.endings(ctx, campaign_id=campaign.id)
    for question, revision, topic in bank:
        data, ending = data_of(revision, key=question.key, topic=topic), endings.get(question.id)
        data = replace(
            data,
            true_as_of=max(data.true_as_of, known.get(revision.id, data.true_as_of)),
            valid_until=ending.valid_until if ending else None,
            replaced_by=ending.replaced_by if ending else "",
        )
        by_topic.setdefault(topic, []).append(data)
    return {f"{FOLDER}{topic}{SUFFIX}": _file(questions).encode() for topic, questions in by_topic.items()}


def _file(questions: Sequence[QuestionData]) -> str:
    groups = {data.group: data.group_text for data in questions if data.group}
    shared = [f"[[group]]\nkey = {_string(key)}\ntext = {_string(text)}\n" for key, text in groups.items()]
    return "\n".join([*shared, *map(_written, questions)])


def _written(question: QuestionData) -> str:
    lines = [
        "[[question]]",
        f"key = {_string(question.key)}",
        f"topic = {_string(question.topic)}",
        f"difficulty = {_string(question.difficulty)}",
        f"type = {_string(question.type)}",
        f"text = {_string(question.text)}",
        *_body_lines(question.body),
        f"explanation = {_string(question.explanation)}",
        f"source = {_string(question.source)}",
        f"true_as_of = {question.true_as_of.isoformat()}",
    ]
    if question.valid_until is not None:
        lines.append(f"valid_until = {question.valid_until.isoformat()}")
    if question.replaced_by:
        lines.append(f"replaced_by = {_string(question.replaced_by)}")
    if question.tags:
        lines.append(f"tags = [{', '.join(map(_string, question.tags))}]")
    if question.division:
        lines.append(f"division = {_string(question.division)}")
    if question.for_practice:
        lines.append("for_practice = true")
    if question.group:
        lines.append(f"group = {_string(question.group)}")
    if question.draft:
        lines.append("draft = true")
    if question.second_reading is not None:
        reading = question.second_reading
        lines += [
            "",
            "[question.second_reading]",
            f"verdict = {_string(reading.verdict)}",
            f"read = {_string(reading.read)}",
            f"note = {_string(reading.note)}",
            f"on = {reading.on.isoformat()}",
        ]
    return "\n".join(lines) + "\n"


def _body_lines(body: Any) -> Iterator[str]:
    """Yield a body as TOML: what is as by default is left out, a list has a line for each of its items."""
    for name, value in _said(body).items():
        if isinstance(value, list | tuple):
            yield f"{name} = ["
            yield from (f"  {_value(item)}," for item in value)
            yield "]"
        else:
            yield f"{name} = {_value(value)}"


def _said(thing: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that are not as by default."""
    values = {item.name: (getattr(thing, item.name), item.default) for item in fields(thing)}
    return {name: value for name, (value, default) in values.items() if value != default}


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    return "{ " + ", ".join(f"{name} = {_value(item)}" for name, item in _said(value).items()) + " }"


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def _string(text: str) -> str:
    escaped = (
        _ESCAPES.get(letter) or (f"\\u{ord(letter):04x}" if ord(letter) < 32 or ord(letter) == 127 else letter)  # noqa: PLR2004
        for letter in text
    )
    return f'"{"".join(escaped)}"'
