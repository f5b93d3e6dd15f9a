"""What a file would do to the bank: which questions are new, which get a new wording, what is wrong."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.settings import structure, unstructure
from cuocthi.digest import digest
from cuocthi.text import T
from cuocthi.users.names import fold
from cuocthi_quiz.domain.exchange.album import settled, shown_by
from cuocthi_quiz.domain.exchange.belonging import division_keys, problems_of_group, problems_of_place, shared_texts
from cuocthi_quiz.domain.exchange.drafts import Problem
from cuocthi_quiz.domain.exchange.texts import cleaned
from cuocthi_quiz.domain.exchange.words import key_of
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.kinds.written import Wording, without_repeats
from cuocthi_quiz.domain.questions import QuestionData, data_of, problems
from cuocthi_quiz.models import MAX_KEY, Difficulty, RevisionState
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries.exchange import newest_revisions
from cuocthi_quiz.queries.pictures import digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_quiz.domain.exchange.drafts import Content, Draft

#: Room for a number behind the topic's key.
_LONGEST_STEM = MAX_KEY - 6
_MAX_TITLE = 200


@dataclass(frozen=True, slots=True)
class Choices:
    """What stands for that which a file does not say, and whether topics that are not there are added.

    ``topic`` is a key. What the bank has of a question already stays before any of this.
    """

    topic: str
    difficulty: Difficulty
    explanation: str
    source: str
    true_as_of: date
    add_topics: bool = False


class Verdict(StrEnum):
    """What becomes of a question of a file."""

    NEW = "new"
    REWORDED = "reworded"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Planned:
    """A question of a file as it would stand in the bank; ``notes`` tell what is not taken over."""

    place: Text
    verdict: Verdict
    data: QuestionData
    notes: tuple[Text, ...] = ()


@dataclass
class Plan:
    """What a file would do; nothing of it is done as long as there are problems.

    ``topics`` are new, title by key, and so are ``pictures``, and the ``groups``, what they share by key.
    ``of_file`` tells what is not taken over of many questions, ``left_out`` which questions are left out because
    somebody wished so, and why they cannot be taken.
    """

    planned: list[Planned] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    topics: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    left_out: list[Problem] = field(default_factory=list)
    of_file: list[Text] = field(default_factory=list)

    def of(self, *verdicts: Verdict) -> list[Planned]:
        """Return the questions with one of these verdicts."""
        return [planned for planned in self.planned if planned.verdict in verdicts]

    @property
    def notes(self) -> list[Problem]:
        """What is left out or changed, each with its place."""
        of_file = [Problem(T("the whole file"), note) for note in self.of_file]
        return of_file + [Problem(planned.place, note) for planned in self.planned for note in planned.notes]

    @property
    def unusable(self) -> int:
        """How many questions would have to be left out so that the others can be taken; 0 if that does not help."""
        wrong = {str(problem.place) for problem in self.problems}
        rest = any(str(planned.place) not in wrong for planned in self.planned)
        return len(wrong) if rest and all(problem.alone for problem in self.problems) else 0

    @property
    def digest(self) -> str:
        """The SHA-256 of what would be done."""
        said = [[planned.verdict, _plain(planned.data)] for planned in self.planned]
        pictures = {key: sha256(picture).hexdigest() for key, picture in self.pictures.items()}
        left_out = [str(problem.place) for problem in self.left_out]
        return digest({"questions": said, "topics": self.topics, "pictures": pictures, "left_out": left_out})


def _plain(data: QuestionData) -> dict[str, Any]:
    return {**asdict(data), "body": unstructure(data.body), "true_as_of": data.true_as_of.isoformat()}


@dataclass
class _Bank:
    """The bank as it is, to be looked up."""

    topics: dict[str, str]
    questions: dict[str, QuestionData]
    former: frozenset[str]
    pictures: dict[str, str]
    divisions: dict[str, str]
    keys_by_words: dict[tuple[Any, ...], str] = field(default_factory=dict)
    topics_by_words: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys_by_words = {_words(data.text, data.body, data.type): key for key, data in self.questions.items()}
        titles = {fold(title): key for key, title in reversed(self.topics.items())}
        self.topics_by_words = {**titles, **{key: key for key in self.topics}}


def _words(text: str, body: Any, type_: Any) -> tuple[Any, ...]:
    """Return by what a question without a key is found again: its text and its options, in any order."""
    options = sorted(cleaned(option) for option in KINDS[type_].texts(body))
    return (type_, cleaned(text), *options)


def make_plan(ctx: Context, *, campaign: Campaign, content: Content, choices: Choices, leave_out: bool = False) -> Plan:
    """Return what a file would do to the bank of a campaign (five statements, however long it is).

    With ``leave_out`` questions that cannot be taken are left out and named; what concerns others too stays a problem.
    """
    found = newest_revisions(ctx, campaign_id=campaign.id)
    bank = _Bank(
        topics={topic.key: topic.title for topic in bank_queries.topics(ctx, campaign_id=campaign.id)},
        questions={
            question.key: data_of(revision, key=question.key, topic=topic) for question, revision, topic in found
        },
        former=frozenset(question.key for question, revision, _ in found if revision.state is RevisionState.FORMER),
        pictures=digests(ctx, campaign_id=campaign.id),
        divisions=division_keys(campaign.divisions),
    )
    content = settled(content, bank.pictures)
    new = {key: picture for key, picture in content.pictures.items() if key not in bank.pictures}
    plan = Plan(
        problems=[problem for problem in content.problems if not (leave_out and problem.alone)],
        pictures=new,
        left_out=[problem for problem in content.problems if leave_out and problem.alone],
        of_file=content.notes,
    )
    drafts = [_without_repeats(draft) for draft in content.drafts]
    keys = _keys(drafts, bank)
    names = _topics(plan, drafts, bank, choices)
    shared = shared_texts(drafts)
    numbers = _Numbers([*bank.questions, *filter(None, keys)])
    for draft, key in zip(drafts, keys, strict=True):
        before = bank.questions.get(key)
        topic = names.get(fold(draft.topic)) or (before.topic if before else choices.topic)
        data = _data(draft, key or numbers.next_for(topic), topic, before, choices)
        data = _placed(draft, data, before, bank, shared)
        wrong = [Problem(draft.place, text, alone=True) for text in _wrong(plan, draft, data, bank)]
        (plan.left_out if leave_out else plan.problems).extend(wrong)
        if leave_out and wrong:
            continue
        if not (data.topic or fold(draft.topic)):
            plan.problems.append(Problem(draft.place, T("the question names no topic; please choose one")))
        plan.planned.append(Planned(draft.place, _verdict(data, before, bank), data, draft.notes))
    _refuse_repeated(plan)
    _group(plan, bank)
    return plan


def _without_repeats(draft: Draft) -> Draft:
    """Return a draft without accepted answers that are the same here, though other systems need each; that is noted."""
    if not isinstance(draft.body, Wording):
        return draft
    body = without_repeats(draft.body)
    if len(body.accepted) == len(draft.body.accepted):
        return draft
    kept = "”, “".join(body.accepted)[:200]
    note = T("accepted answers that count as the same here became one; these stay: “%(texts)s”", texts=kept)
    return replace(draft, body=body, notes=(*draft.notes, note))


def _keys(drafts: Sequence[Draft], bank: _Bank) -> list[str]:
    """Return the key of each draft: its own, that of the same words in the bank, or none."""
    return [draft.key or bank.keys_by_words.get(_words(draft.text, draft.body, draft.type), "") for draft in drafts]


def _topics(plan: Plan, drafts: Sequence[Draft], bank: _Bank, choices: Choices) -> dict[str, str]:
    """Return the key of each topic that the file names, by its folded name; unknown ones are added, or wrong."""
    names: dict[str, str] = {}
    for draft in drafts:
        name = fold(draft.topic)
        if not name or name in names:
            continue
        known = bank.topics_by_words.get(name)
        if known is not None:
            names[name] = known
        elif choices.add_topics:
            key = _new_topic(draft.topic, [*bank.topics, *plan.topics])
            plan.topics[key] = draft.topic[:_MAX_TITLE]
            names[name] = key
        else:
            text = T("there is no topic “%(topic)s”; add it, or let it be added below", topic=draft.topic[:80])
            plan.problems.append(Problem(draft.place, text))
            names[name] = choices.topic
    return names


def _new_topic(title: str, taken: Iterable[str]) -> str:
    stem = key_of(title)[:_LONGEST_STEM].strip("-") or "chu-de"
    keys = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
    return next(key for key in keys if key not in set(taken))


class _Numbers:
    """Gives keys to questions that have none: the topic's key and the next number."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._last: dict[str, int] = {}
        for key in keys:
            stem, _, number = key.rpartition("-")
            if stem and re.fullmatch(r"[0-9]{1,5}", number):
                self._last[stem] = max(self._last.get(stem, 0), int(number))

    def next_for(self, topic: str) -> str:
        """Return a key for another question of a topic."""
        stem = topic[:_LONGEST_STEM].strip("-") or "cau"
        self._last[stem] = self._last.get(stem, 0) + 1
        return f"{stem}-{self._last[stem]:03}"


def _data(draft: Draft, key: str, topic: str, before: QuestionData | None, choices: Choices) -> QuestionData:
    other = before or choices
    said = {
        "key": key,
        "topic": topic,
        "difficulty": draft.difficulty or other.difficulty,
        "type": draft.type,
        "text": draft.text,
        "body": draft.body,
        "explanation": draft.explanation or other.explanation,
        "source": draft.source or other.source,
        "true_as_of": draft.true_as_of or other.true_as_of,
        "draft": True,
    }
    # A second reading was of the former wording.
    return replace(before, second_reading=None, **said) if before else QuestionData(**said)


def _placed(
    draft: Draft, data: QuestionData, before: QuestionData | None, bank: _Bank, shared: Mapping[str, str]
) -> QuestionData:
    """Return a question with where the file puts it; of what the file does not say nothing changes."""
    group = draft.group or data.group
    text = draft.group_text or shared.get(group, "") or (before.group_text if before and before.group == group else "")
    return replace(
        data,
        tags=draft.tags or data.tags,
        division=bank.divisions.get(fold(draft.division), "") if draft.division else data.division,
        for_practice=draft.for_practice or data.for_practice,
        group=group,
        group_text=text,
    )


def _group(plan: Plan, bank: _Bank) -> None:
    """Add the groups that are new, and what is wrong with those of the file."""
    members: dict[str, list[Planned]] = {}
    for planned in plan.planned:
        if planned.data.group:
            members.setdefault(planned.data.group, []).append(planned)
    known = {data.group for data in bank.questions.values()}
    for key, found in members.items():
        wrong = problems_of_group(key, [planned.data for planned in found], bank.questions)
        plan.problems += [Problem(found[0].place, text) for text in wrong]
        if key not in known:
            plan.groups[key] = found[0].data.group_text


def _wrong(plan: Plan, draft: Draft, data: QuestionData, bank: _Bank) -> Iterator[Text]:
    """Yield why a question cannot be taken, whatever is chosen for that which the file does not say."""
    yield from (text for _, text in problems(data))
    yield from problems_of_place(draft, data, bank.questions.get(data.key))
    for key in sorted(shown_by(data) - {*bank.pictures, *plan.pictures}):
        yield T("there is no picture “%(key)s” in the bank; please add it first", key=key[:60])


def _verdict(data: QuestionData, before: QuestionData | None, bank: _Bank) -> Verdict:
    if before is None:
        return Verdict.NEW
    return Verdict.SAME if data.key not in bank.former and same(data, before) else Verdict.REWORDED


def same(data: QuestionData, other: QuestionData) -> bool:
    """Tell whether two say the same; whether it is a draft, and how it was read again, stands apart from it."""
    return _compared(data) == _compared(other)


def _compared(data: QuestionData) -> QuestionData:
    kind = KINDS[data.type]
    body = cleaned_body(data)
    return replace(
        data,
        draft=False,
        second_reading=None,
        text=cleaned(data.text),
        explanation=cleaned(data.explanation),
        source=cleaned(data.source),
        group_text=cleaned(data.group_text),
        body=body if list(kind.problems(body)) else kind.stored(body),
    )


def cleaned_body(data: QuestionData) -> Any:
    """Return a body with all of its texts cleaned."""
    return structure(KINDS[data.type].body, _cleaned(unstructure(data.body)))


def _cleaned(value: Any) -> Any:
    if type(value) is str:
        return cleaned(value)
    if isinstance(value, dict):
        return {name: _cleaned(item) for name, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list | tuple) else value


def _refuse_repeated(plan: Plan) -> None:
    first: dict[str, Text] = {}
    for planned in plan.planned:
        place = first.setdefault(planned.data.key, planned.place)
        if place is not planned.place:
            text = T(
                "the question “%(key)s” stands in the file twice, first at %(place)s", key=planned.data.key, place=place
            )
            plan.problems.append(Problem(planned.place, text))


def choices_packed(choices: Choices) -> Mapping[str, Any]:
    """Return choices as values that JSON can hold."""
    return {**asdict(choices), "true_as_of": choices.true_as_of.isoformat()}
