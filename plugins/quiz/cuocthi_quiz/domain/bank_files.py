"""The bank as files: one TOML file a topic, read with every problem named, and put into an empty bank."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from cuocthi.campaigns.settings import structure
from cuocthi.errors import InvalidData
from cuocthi.text import T
from cuocthi_quiz.domain.bank import division_of, new_revision
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.questions import (
    MAX_TEXT,
    QuestionData,
    SecondReading,
    is_key,
    problems,
    tidy,
    to_tags,
)
from cuocthi_quiz.models import MAX_GROUP, Difficulty, Ending, Group, Question, QuestionType, RevisionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_quiz.models import Topic

FOLDER = "questions/"
SUFFIX = ".toml"

Kind = TypeVar("Kind", bound=StrEnum)

_QUESTION = {
    "key": str,
    "topic": str,
    "difficulty": str,
    "type": str,
    "text": str,
    "explanation": str,
    "source": str,
    "true_as_of": date,
}
_OPTIONAL = {
    "second_reading": dict,
    "draft": bool,
    "valid_until": date,
    "replaced_by": str,
    "tags": list,
    "division": str,
    "for_practice": bool,
    "group": str,
}
_GROUP = {"key": str, "text": str}
_SECOND_READING = {"verdict": str, "read": str, "note": str, "on": date}


@dataclass
class _Reader:
    """Reads files and gathers what is wrong with them."""

    topics: frozenset[str]
    questions: list[QuestionData] = field(default_factory=list)
    problems: list[Text] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, content: bytes) -> None:
        try:
            table = tomllib.loads(content.decode("utf-8"))
        except UnicodeDecodeError:
            self.problems.append(T("%(file)s: the file is not in UTF-8", file=name))
            return
        except tomllib.TOMLDecodeError as error:
            self.problems.append(T("%(file)s: the file is not valid TOML: %(reason)s", file=name, reason=str(error)))
            return
        for unknown in sorted(set(table) - {"question", "group"}):
            self.problems.append(T("%(file)s: “%(name)s” is not known here", file=name, name=unknown))
        entries = table.get("question", [])
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self.problems.append(T("%(file)s: questions are written as [[question]]", file=name))
            return
        groups = self._groups(name, table.get("group", []))
        for number, entry in enumerate(entries, start=1):
            self._entry(name, number, entry, groups)

    def _groups(self, name: str, entries: object) -> dict[str, str]:
        """Return what groups of a file share, by their keys."""
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self.problems.append(T("%(file)s: groups are written as [[group]]", file=name))
            return {}
        found: dict[str, str] = {}
        for number, entry in enumerate(entries, start=1):
            wrong = list(_shape(entry, _GROUP, {}))
            key, text = entry.get("key"), entry.get("text")
            if not wrong and not (is_key(key) and 0 < len(tidy(text)) <= MAX_TEXT):
                wrong.append(T("a group has a code, and a text of at most %(most)s characters", most=MAX_TEXT))
            if not wrong and key in found:
                wrong.append(T("the key is used twice, first in %(file)s", file=name))
            if not wrong:
                found[key] = tidy(text)
            for problem in wrong:
                text = T("%(file)s, group %(key)s: %(problem)s", file=name, key=key or f"#{number}", problem=problem)
                self.problems.append(text)
        return found

    def _entry(self, name: str, number: int, entry: Mapping[str, Any], groups: Mapping[str, str]) -> None:
        key = entry.get("key")
        called = key if isinstance(key, str) and key else f"#{number}"
        common, rest = _divided(entry)
        found = list(self._checked(common))
        body = self._body(entry.get("type"), rest, found)
        if not found:
            question = _question(common, body, groups)
            found = self._question_problems(question)
            self.questions.append(question)
        if isinstance(key, str) and key:
            if key in self.seen:
                found.append(T("the key is used twice, first in %(file)s", file=self.seen[key]))
            self.seen.setdefault(key, name)
        for problem in found:
            self.problems.append(T("%(file)s, question %(key)s: %(problem)s", file=name, key=called, problem=problem))

    def _body(self, type_: object, rest: Mapping[str, Any], found: list[Text]) -> Any:
        """Return what the type asks for; what is wrong with it is added to ``found``."""
        if not isinstance(type_, str) or type_ not in set(QuestionType):
            return None
        try:
            return structure(KINDS[QuestionType(type_)].body, _tidied(rest))
        except InvalidData as error:
            found += error.problems
            return None

    def _question_problems(self, question: QuestionData) -> list[Text]:
        found = [problem for _, problem in problems(question)]
        if question.topic not in self.topics:
            found.append(T("there is no topic “%(topic)s”", topic=question.topic))
        if question.group and not question.group_text:
            found.append(T("there is no group “%(group)s” in this file", group=question.group))
        return found

    def _checked(self, entry: Mapping[str, Any]) -> Iterator[Text]:
        yield from _shape(entry, _QUESTION, _OPTIONAL)
        for name, kinds in (("difficulty", Difficulty), ("type", QuestionType)):
            value = entry.get(name)
            if isinstance(value, str) and value not in set(kinds):
                known = ", ".join(kinds)
                yield T("“%(name)s” is %(known)s, not “%(value)s”", name=name, known=known, value=value)
        if not all(isinstance(tag, str) for tag in entry.get("tags") or ()):
            yield T("“%(name)s” has a value of the wrong kind", name="tags")
        reading = entry.get("second_reading")
        if isinstance(reading, dict):
            yield from _shape(reading, _SECOND_READING, {})


def _shape(table: Mapping[str, Any], required: Mapping[str, type], optional: Mapping[str, type]) -> Iterator[Text]:
    for name in sorted(set(table) - set(required) - set(optional)):
        yield T("“%(name)s” is not known here", name=name)
    for name in required:
        if name not in table:
            yield T("“%(name)s” is missing", name=name)
    for name, kind in {**required, **optional}.items():
        # Not isinstance: a time is a date, and a truth value a number, but neither is meant as one.
        if name in table and type(table[name]) is not kind:
            yield T("“%(name)s” has a value of the wrong kind", name=name)


def _divided(entry: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what every question says, and what its type asks for."""
    common = {name: value for name, value in entry.items() if name in _QUESTION or name in _OPTIONAL}
    return common, {name: value for name, value in entry.items() if name not in common}


def _question(entry: Mapping[str, Any], body: Any, groups: Mapping[str, str]) -> QuestionData:
    reading = entry.get("second_reading")
    return QuestionData(
        key=entry["key"],
        topic=entry["topic"],
        difficulty=Difficulty(entry["difficulty"]),
        type=QuestionType(entry["type"]),
        text=tidy(entry["text"]),
        body=body,
        explanation=tidy(entry["explanation"]),
        source=tidy(entry["source"]),
        true_as_of=entry["true_as_of"],
        second_reading=None if reading is None else SecondReading(**reading),
        draft=entry.get("draft", False),
        valid_until=entry.get("valid_until"),
        replaced_by=tidy(entry.get("replaced_by", "")),
        tags=to_tags(entry.get("tags", [])),
        division=entry.get("division", ""),
        for_practice=entry.get("for_practice", False),
        group=entry.get("group", ""),
        group_text=groups.get(entry.get("group", ""), ""),
    )


def _tidied(value: Any) -> Any:
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    if isinstance(value, dict):
        return {name: _tidied(item) for name, item in value.items()}
    return value


def read_bank(files: Mapping[str, bytes], *, topics: Iterable[str]) -> list[QuestionData]:
    """Return the questions of files by name, in their order.

    Raises InvalidData with every problem, each with its file, the question's key and the reason.
    """
    reader = _Reader(frozenset(topics))
    for name in sorted(files):
        if name.startswith(FOLDER) and name.endswith(SUFFIX):
            reader.read(name, files[name])
        else:
            reader.problems.append(T("%(file)s: this is no file of questions", file=name))
    if reader.problems:
        raise InvalidData(T("The questions could not be read; nothing was changed."), reader.problems)
    return reader.questions


def fill_bank(ctx: Context, *, campaign: Campaign, topics: Iterable[Topic], questions: Iterable[QuestionData]) -> int:
    """Put questions into an empty bank; those that are not drafts are approved by the actor. Return their number."""
    topic_ids = {topic.key: topic.id for topic in topics}
    questions = list(questions)
    groups = _grouped(ctx, campaign, questions)
    places: Counter[str] = Counter()
    ending: list[tuple[Question, Ending]] = []
    added = 0
    for position, data in enumerate(questions, start=1):
        question = Question(campaign_id=campaign.id, key=data.key, position=position, for_practice=data.for_practice)
        # The question's key of the database is only known after the flush, which takes all rows together.
        revision = new_revision(ctx, data=data, question_id=0, topic_id=topic_ids[data.topic], number=1)
        revision.question = question
        revision.author_id = None
        revision.division_id = division_of(campaign, data.division)
        if data.group:
            places[data.group] += 1
            revision.group, revision.group_place = groups[data.group], places[data.group]
        if not data.draft:
            revision.state = RevisionState.APPROVED
            revision.approved_by, revision.approved_at = ctx.actor.user_id, ctx.now
        ctx.session.add(question)
        if data.valid_until is not None:
            ending.append(
                (question, Ending(valid_until=data.valid_until, replaced_by=data.replaced_by, known_at=ctx.now))
            )
        added += 1
    ctx.session.flush()
    for question, end in ending:
        end.question_id = question.id
        ctx.session.add(end)
    ctx.session.flush()
    return added


def _grouped(ctx: Context, campaign: Campaign, questions: Iterable[QuestionData]) -> dict[str, Group]:
    """Return the first wordings of the groups that questions name, by key.

    Raises InvalidData for one with too few or too many questions.
    """
    texts = {data.group: data.group_text for data in questions if data.group}
    sizes = Counter(data.group for data in questions)
    wrong = [
        T("group %(key)s has %(count)s questions; there are 2 to %(most)s", key=key, count=sizes[key], most=MAX_GROUP)
        for key in texts
        if sizes[key] not in range(2, MAX_GROUP + 1)
    ]
    if wrong:
        raise InvalidData(T("The questions could not be read; nothing was changed."), wrong)
    made = {
        key: Group(campaign_id=campaign.id, key=key, number=1, text=text, size=sizes[key], created_at=ctx.now)
        for key, text in texts.items()
    }
    ctx.session.add_all(made.values())
    return made


def has_questions(ctx: Context, *, campaign: Campaign) -> bool:
    """Tell whether a campaign's bank holds anything."""
    return ctx.session.scalar(sa.select(Question.id).where(Question.campaign_id == campaign.id).limit(1)) is not None
