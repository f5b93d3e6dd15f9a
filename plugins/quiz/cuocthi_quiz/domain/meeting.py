"""The sheet of a review meeting: questions to be talked about, and what was said of them, read back.

What the sheet says of others is recorded as theirs, by whoever hands it in, but it approves nothing in their name: an
approval is a person's own act under the person's own account. Otherwise one person with a workbook could be the two
that have to agree. So of the verdict "approve" only the importer's own is an approval; that of others is a remark that
is seen to already, and they approve on the page of the question.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from cuocthi.errors import InvalidData
from cuocthi.text import T, Text
from cuocthi.users.names import fold
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.questions import MAX_TEXT, tidy
from cuocthi_quiz.domain.review import approve, remark, resolve, send_back, wrote
from cuocthi_quiz.models import RemarkKind, RevisionState
from cuocthi_quiz.queries import meeting as meeting_queries
from cuocthi_quiz.wording import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.sheets.reading import Sheet
    from cuocthi_quiz.models import Revision
    from cuocthi_quiz.queries.meeting import Listed

_LANGUAGES = ("vi", "en")


class Verdict(StrEnum):
    """What a member of the meeting says of a question."""

    APPROVE = "approve"
    CHANGE = "change"
    SEND_BACK = "send_back"


VERDICTS = {
    Verdict.APPROVE: T("approve"),
    Verdict.CHANGE: T("change"),
    Verdict.SEND_BACK: T("send back"),
}

#: The columns by the names of what is read back; the others are there to be read by people.
COLUMNS = {
    "key": T("Code"),
    "revision": T("Revision"),
    "topic": T("Topic"),
    "text": T("Question"),
    "options": T("Options"),
    "right": T("Key of the question"),
    "source": T("Source"),
    "verdict": T("Verdict"),
    "reviewer": T("Reviewer"),
    "remark": T("Remark"),
}
_READ = ("key", "revision", "verdict", "reviewer", "remark")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row of the sheet says, as it was written."""

    row: int
    key: str
    revision: str
    verdict: str
    reviewer: str
    remark: str


@dataclass(frozen=True, slots=True)
class Step:
    """What a row will do: ``author_id`` is who said it, ``own`` whether that is who hands the sheet in."""

    row: int
    revision: Revision
    verdict: Verdict
    author_id: int
    author: str
    own: bool
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row of the sheet."""

    row: int
    text: Text


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sheet will do, or everything that is wrong with it."""

    steps: Sequence[Step]
    problems: Sequence[Problem]


def sheet_rows(listed: Sequence[Listed], *, language: str) -> Iterator[Sequence[str | int]]:
    """Yield the sheet's heading and a row for each question, with room for what is said of it."""
    yield [say(title, language) for title in COLUMNS.values()]
    for item in listed:
        revision, kind = item.revision, KINDS[item.revision.type]
        options = kind.texts(kind.read(revision.content, revision.key))
        right = kind.words(revision.content, kind.right(revision.content, revision.key))
        yield [
            item.key,
            revision.number,
            item.topic,
            revision.text,
            "\n".join(options),
            "\n".join(right),
            revision.source,
            "",
            "",
            "",
        ]


def read_entries(sheets: Sequence[Sheet]) -> list[Entry]:
    """Return the rows of the first sheet that say something. Raises InvalidData if columns are missing."""
    rows = sheets[0].rows if sheets else []
    heading = [fold(cell) for cell in rows[0]] if rows else []
    places = {name: _place(heading, COLUMNS[name]) for name in _READ}
    missing = [T("the column “%(name)s” is missing", name=COLUMNS[name]) for name, place in places.items() if place < 0]
    if missing:
        raise InvalidData(T("This is not the sheet of a review meeting; nothing was changed."), missing)
    found = []
    for number, row in enumerate(rows[1:], start=2):
        cells = {name: tidy(row[place]) if place < len(row) else "" for name, place in places.items()}
        if cells["verdict"] or cells["remark"]:
            found.append(Entry(number, **cells))
    return found


def _place(heading: list[str], title: Text) -> int:
    names = {fold(say(title, language)) for language in _LANGUAGES}
    return next((place for place, cell in enumerate(heading) if cell in names), -1)


def plan(ctx: Context, *, campaign: Campaign, entries: Sequence[Entry]) -> Plan:
    """Return what these rows would do, with every problem by its row; nothing is changed."""
    listed = {item.key: item for item in meeting_queries.listed(ctx, campaign_id=campaign.id)}
    members: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for user_id, name in meeting_queries.members(ctx, campaign_id=campaign.id):
        members[fold(name)].append((user_id, name))
    sent_back = meeting_queries.sent_back(ctx, campaign_id=campaign.id)
    steps, problems = [], []
    for entry in entries:
        try:
            steps.append(_step(ctx, entry, listed.get(entry.key), members, sent_back))
        except InvalidData as error:
            problems += [Problem(entry.row, text) for text in error.problems]
    return Plan(steps, [*problems, *_contradictions(steps)])


def _contradictions(steps: Sequence[Step]) -> Iterator[Problem]:
    """Yield the rows in which somebody approves a question and sends it back in another."""
    decided: dict[tuple[int, int], Step] = {}
    for step in steps:
        if step.verdict is not Verdict.CHANGE:
            former = decided.setdefault((step.revision.id, step.author_id), step)
            if former.verdict is not step.verdict:
                text = T("row %(row)s says “%(verdict)s”", row=former.row, verdict=VERDICTS[former.verdict])
                yield Problem(step.row, text)


def _step(
    ctx: Context,
    entry: Entry,
    item: Listed | None,
    members: dict[str, list[tuple[int, str]]],
    sent_back: set[int],
) -> Step:
    found = list(_row_problems(entry, item))
    people = members[fold(entry.reviewer)] if entry.reviewer else _reader(ctx, members)
    if not people:
        found.append(T("nobody on a committee that reviews questions is called “%(name)s”", name=entry.reviewer))
    elif len(people) > 1:
        found.append(T("several members are called “%(name)s”; each enters the remark alone", name=entry.reviewer))
    verdict = _verdict(entry.verdict) or Verdict.CHANGE
    own = len(people) == 1 and people[0][0] == ctx.actor.user_id
    if item is not None and own and verdict is Verdict.APPROVE:
        if wrote(ctx, revision=item.revision):
            found.append(T("a question is approved by somebody else than its author"))
        if item.revision.id in sent_back:
            found.append(T("it has been sent back; a new wording is approved instead of it"))
    if found or item is None:
        raise InvalidData(T("The row cannot be taken over."), found)
    ((author_id, author),) = people
    return Step(entry.row, item.revision, verdict, author_id, author, own, entry.remark)


def _row_problems(entry: Entry, item: Listed | None) -> Iterator[Text]:
    if item is None:
        yield T("there is no question “%(key)s”", key=entry.key)
    elif entry.revision != str(item.revision.number):
        yield T("it has been reworded since: the newest revision is %(number)s", number=item.revision.number)
    elif item.revision.state is not RevisionState.DRAFT and _verdict(entry.verdict) is not Verdict.CHANGE:
        yield T("it is no draft any more, so only a change can be asked for")
    verdict = _verdict(entry.verdict)
    if verdict is None and entry.verdict:
        known = "; ".join(say(text, "vi") for text in VERDICTS.values())
        yield T("the verdict “%(verdict)s” is none of: %(known)s", verdict=entry.verdict, known=known)
    if verdict is not Verdict.APPROVE and not entry.remark:
        yield T("what is to be changed has to be written as a remark")
    if len(entry.remark) > MAX_TEXT:
        yield T("the text is longer than %(most)s characters", most=MAX_TEXT)


def _verdict(text: str) -> Verdict | None:
    names = {fold(say(words, language)): verdict for verdict, words in VERDICTS.items() for language in _LANGUAGES}
    return names.get(fold(text))


def _reader(ctx: Context, members: dict[str, list[tuple[int, str]]]) -> list[tuple[int, str]]:
    return [person for people in members.values() for person in people if person[0] == ctx.actor.user_id][:1]


def take_over(ctx: Context, *, campaign: Campaign, entries: Sequence[Entry]) -> int:
    """Record what the rows say, all or nothing, and return their number; the same sheet twice is one.

    Raises InvalidData with every problem by its row.
    """
    planned = plan(ctx, campaign=campaign, entries=entries)
    if planned.problems:
        problems = [T("row %(row)s: %(problem)s", row=one.row, problem=one.text) for one in planned.problems]
        raise InvalidData(T("The sheet could not be read; nothing was changed."), problems)
    for step in planned.steps:
        _carry_out(ctx, campaign, step)
    return len(planned.steps)


def _carry_out(ctx: Context, campaign: Campaign, step: Step) -> None:
    if step.verdict is Verdict.CHANGE:
        _say(ctx, campaign, step, step.text)
    elif not step.own:
        words = T("At the meeting: %(verdict)s.", verdict=VERDICTS[step.verdict])
        text = f"{say(words, campaign.language)} {step.text}".strip()
        _say(ctx, campaign, step, text, seen_to=step.verdict is Verdict.APPROVE)
    elif step.verdict is Verdict.SEND_BACK:
        send_back(ctx, campaign=campaign, revision=step.revision, reason=step.text)
    else:
        approve(ctx, campaign=campaign, revision=step.revision)
        if step.text:
            _say(ctx, campaign, step, step.text)


def _say(ctx: Context, campaign: Campaign, step: Step, text: str, *, seen_to: bool = False) -> None:
    if meeting_queries.is_said(ctx, revision_id=step.revision.id, author_id=step.author_id, text=text):
        return
    said = remark(
        ctx,
        campaign=campaign,
        revision=step.revision,
        kind=RemarkKind.COMMENT,
        text=text,
        author_id=step.author_id,
    )
    if seen_to:
        resolve(ctx, campaign=campaign, remark=said, revision=step.revision)
