"""Lists of questions as people type them: "Câu 1 …", options A to H, the key marked, named, or told at the end."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_quiz.domain.exchange.drafts import Content
from cuocthi_quiz.domain.exchange.entries import Entry, draft_of
from cuocthi_quiz.domain.exchange.key_tables import KeyTable, begins_keys, is_heading, lone_key
from cuocthi_quiz.domain.exchange.words import LETTERS, difficulty_of, label_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cuocthi.text import Text


class Mark(Enum):
    """How words are set apart from others."""

    BOLD = auto()
    UNDERLINED = auto()
    HIGHLIGHTED = auto()
    COLOURED = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a document: its text, and the marks of each of its letters.

    ``number`` is that of the paragraph, from 1; ``goes_on`` tells that only a line break stands before it. ``counted``
    tells that a list of the word processor gave the label at its beginning; ``lost`` what stood there and is not read.
    """

    number: int
    text: str
    marks: Sequence[frozenset[Mark]] = ()
    goes_on: bool = False
    counted: bool = False
    lost: tuple[Text, ...] = ()

    def cut(self, start: int, end: int | None = None) -> Line:
        """Return a part of the line."""
        return Line(self.number, self.text[start:end], self.marks[start:end], self.goes_on, self.counted, self.lost)

    def all_marks(self) -> frozenset[Mark]:
        """Return the marks that all letters of the line have."""
        letters = [marks for marks, letter in zip(self.marks, self.text, strict=False) if letter.isalnum()]
        return frozenset.intersection(*letters) if letters else frozenset()


_NUMBERED = re.compile(
    r"\s*(?:câu hỏi|câu|question|bài)\s*(?:số\s*)?(\d{1,4})(?:\s*[(\[]([^)\]\n]{1,40})[)\]])?\s*[.:)/–-]*\s*",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"\s*(\d{1,4})\s*[.)/:]\s*(?=\S)")
_OPTION = re.compile(
    r"(?:^|(?<=[\t ]))\s*([*#✓✔☑]?|\[x\]|\(x\))\s*\(?([A-Ha-h])(?<!\()\s*(?:[.)/:]|[-–](?=\s))\s*([*✓✔]?)"
)
_LABELLED = re.compile(r"\s*([^:\n]{1,40}?)\s*[:：][ \t]*")
_RIGHT = re.compile(
    r"\s*(?:=>|⇒|→)?\s*[(\[]?\s*(?:(?:chọn\s+)?(?:đáp án|phương án|trả lời|đ/?a|đ\.a|answer|key)"
    r"(?:\s+(?:đúng|chính xác))?|chọn)(?:\s+là)?\s*[:.]?\s*"
    r"([A-H](?:\s*(?:,|;|&|\bvà\b)?\s*[A-H])*)\b\s*[.)\]]*\s*$",
    re.IGNORECASE,
)
_LETTER_FIRST = re.compile(r"([A-H])\s*[.)]\s+\S.*", re.DOTALL)
#: Behind an option that is right.
_STARRED = re.compile(
    r"\s*(?:\(\*\)|\*|[✓✔☑]|[(\[]\s*(?:x|đúng|đáp án|đáp án đúng|correct)\s*[)\]])\s*$", re.IGNORECASE
)
#: A line that begins like an option.
_OUT_OF_ORDER = re.compile(r"\s*\*?\s*([A-Ha-h])[.)]\s+\S")
#: What stands for itself below the last question, or between two parts.
_ORNAMENT = re.compile(r"[\s\-–—_=*.…~#]*(?:hết|the end|end)?[\s\-–—_=*.…~#]*", re.IGNORECASE)
_SECTION = re.compile(
    r"\s*(phần|chương|mục|bài|chuyên đề|chủ đề|lĩnh vực)\s+(?:[ivx]+|\d+)\b\s*[.:–-]*\s*"
    r"|\s*(?-i:[IVX]+)\s*[.)/–-]+\s+",
    re.IGNORECASE,
)
_TOPIC = frozenset({"chuyên đề", "chủ đề", "lĩnh vực"})


@dataclass
class _Question:
    """A question that is being read."""

    number: str
    place: Text
    entry: Entry
    options: list[list[Line]] = field(default_factory=list)
    labels: list[Line] = field(default_factory=list)
    starred: set[int] = field(default_factory=set)
    wrong: list[Text] = field(default_factory=list)
    unclear: Text | None = None

    def fits(self, letter: str) -> bool:
        """Tell whether a letter is as large as that of the first option."""
        return not self.labels or letter.isupper() is any(map(str.isupper, self.labels[0].text))


def is_list(text: str) -> bool:
    """Tell whether a text looks like a list of questions with lettered options, and like no other format of texts."""
    lines = text.splitlines()
    numbered = any(map(_NUMBERED.match, lines)) or (_BARE_NUMBER.match(text) and "ANSWER:" not in text)
    return bool(numbered) and any(map(_OPTION.match, lines))


def read_list(lines: Sequence[Line]) -> Content:
    """Return what a list of questions says."""
    reader = _Reader(by_word=any(_NUMBERED.match(line.text) for line in lines))
    afters = [*(line.text for line in lines[1:]), ""]
    for at in reversed(range(len(afters) - 1)):
        afters[at] = afters[at] if afters[at].strip() else afters[at + 1]
    asking = _asking(lines, _NUMBERED if reader.by_word else _BARE_NUMBER)
    for at, line in enumerate(lines):
        reader.take(line, after=afters[at], asks=at in asking)
    return reader.content()


def _asking(lines: Sequence[Line], number: re.Pattern[str]) -> set[int]:
    """Return where questions with options begin, told from the rows of a table of keys: "Câu 1. B. Hà Nội" is one."""
    begins = [(at, found.end()) for at, line in enumerate(lines) if (found := number.match(line.text))]
    ends = [at for at, _ in begins[1:]] + [len(lines)]
    asking = set()
    for (at, words), end in zip(begins, ends, strict=False):
        texts = [lines[at].text[words:], *(line.text for line in lines[at + 1 : end])]
        letters = {found[2].upper() for text in texts for found in _OPTION.finditer(text)}
        if not _OPTION.match(texts[0]) and letters >= set(LETTERS[:2]):
            asking.add(at)
    return asking


class _Reader:
    """Takes line after line, and knows of which question and which part of it they are."""

    def __init__(self, *, by_word: bool) -> None:
        self.by_word = by_word
        self._questions: list[_Question] = []
        self._topic = ""
        self._part = ""
        self._keys: KeyTable | None = None
        self._first_of_table = 0

    def take(self, line: Line, *, after: str, asks: bool) -> None:
        """Take a line; ``after`` is the next one with words, ``asks`` tells that it begins a question with options."""
        if self._keys is not None and asks:
            self._end_table()
        if self._keys is None and self._keys_begin(line.text, after):
            self._keys = KeyTable()
        if self._keys is not None:
            if not self._keys.take(line.text):
                self._section(line)
        elif not line.text.strip() or (self._part != "text" and _ORNAMENT.fullmatch(line.text)):
            self._note_lost(line)
        elif not (self._begins(line) or self._section(line)):
            self._take_part(line)

    def _keys_begin(self, text: str, after: str) -> bool:
        """Tell whether the keys of many questions begin here: below a heading, or because nothing else looks so."""
        if not self._questions or self._part not in {"options", "right", "explanation", "source", ""}:
            return False
        if is_heading(text):
            return "right" in self._questions[-1].entry.fields or not lone_key(after)
        return self._part in {"options", ""} and begins_keys(text, after)

    def _end_table(self) -> None:
        """Give the keys of the table at hand to the questions above it, as far as they have none of their own."""
        questions, keys = self._questions[self._first_of_table :], self._keys
        self._first_of_table, self._keys = len(self._questions), None
        numbers = Counter(int(question.number) for question in questions)
        for question in questions:
            number = int(question.number)
            told = keys.of(number) if keys and not question.entry.fields.get("right") else []
            if len(told) > 1 or (told and numbers[number] > 1):
                question.unclear = T(
                    "the number %(number)s is there more than once, so its key is not clear", number=number
                )
            elif told:
                question.entry.fields["right"] = told[0]

    # --- what a line is -------------------------------------------------------------------------------------------

    def _begins(self, line: Line) -> bool:
        found = (_NUMBERED if self.by_word else _BARE_NUMBER).match(line.text)
        if found is None or (not self.by_word and not self._follows(int(found[1]), counted=line.counted)):
            return False
        place = T("question %(number)s (paragraph %(paragraph)s)", number=int(found[1]), paragraph=line.number)
        fields = {"topic": self._topic} if self._topic else {}
        level = found[2] if self.by_word else None
        if level and difficulty_of(level):
            fields["difficulty"] = level
        self._questions.append(_Question(found[1], place, Entry(place, fields)))
        self._part = "text"
        self._add("text", self._rest(line.cut(found.end())))
        return True

    def _follows(self, number: int, *, counted: bool) -> bool:
        """Tell whether a bare number begins the next question: the one after the last, and that one has its options."""
        if len(self._questions) == self._first_of_table:
            return True
        last = self._questions[-1]
        return bool(last.options) and (number == int(last.number) + 1 or counted)

    def _section(self, line: Line) -> bool:
        found = _SECTION.match(line.text)
        heads = not self._questions or (bool(self._questions[-1].options) and found is not None)
        label = _LABELLED.match(line.text)
        if not self._questions and label and label_of(label[1]) == "topic":
            self._topic = line.text[label.end() :].strip()
            return True
        if found is None or not heads:
            return False
        if (found[1] or "").lower() in _TOPIC:
            self._topic = line.text[found.end() :].strip()
        self._part = ""
        return True

    def _take_part(self, line: Line) -> None:
        if not self._questions:
            return
        question = self._questions[-1]
        right = _RIGHT.fullmatch(line.text)
        label = _LABELLED.match(line.text)
        name = label_of(label[1]) if label else None
        if self._part == "right" and not question.entry.fields.get("right") and lone_key(line.text):
            self._part = "explanation"
            question.entry.fields["right"] = lone_key(line.text)
        elif is_heading(line.text) and self._part != "text":
            self._part = "right"
        elif right:
            # What somebody writes below the key says why, with or without a label.
            self._part = "explanation"
            question.entry.fields["right"] = right[1]
        elif label and name and name != "text":
            self._part = name
            if name != "explanation":
                question.entry.fields.pop(name, None)
            self._add(name, line.cut(label.end()))
        else:
            self._take_words(question, line)

    def _take_words(self, question: _Question, line: Line) -> None:
        """Take a line that says by itself neither where it belongs nor what it is."""
        rest = self._rest(line)
        skipped = _OUT_OF_ORDER.match(line.text) if self._part == "options" and rest is line else None
        if skipped and question.fits(skipped[1]):
            expected = LETTERS[len(question.options) : len(question.options) + 1]
            text = T("option “%(letter)s” stands where “%(expected)s” should", letter=skipped[1], expected=expected)
            question.wrong.append(text)
        elif rest.text.strip() and self._part:
            self._add(self._part, rest)

    def _rest(self, line: Line) -> Line:
        """Take the options that a line holds, and return what stands before them."""
        found = list(self._options_in(line))
        if not found:
            return line
        question = self._questions[-1]
        ends = [start for start, _, _ in found[1:]] + [len(line.text)]
        for (_start, begin, starred), end in zip(found, ends, strict=True):
            if starred:
                question.starred.add(len(question.options))
            label, words = line.cut(_start, begin), line.cut(begin, end)
            question.labels.append(label)
            question.options.append([words])
        self._part = "options"
        return line.cut(0, found[0][0])

    def _options_in(self, line: Line) -> Iterator[tuple[int, int, bool]]:
        """Yield where each option of a line begins, where its words do, and whether it has a star."""
        question = self._questions[-1]
        if "right" in question.entry.fields or self._part not in {"text", "options"}:
            return
        expected = len(question.options)
        all_found = list(_OPTION.finditer(line.text))
        several = {found[2].upper() for found in all_found} >= set(LETTERS[expected : expected + 2])
        for found in all_found:
            before = line.text[: found.start()]
            first = not before.strip() or before.endswith("\t") or several
            counted = line.counted and not before.strip()
            if expected >= len(LETTERS) or not (first or expected > len(question.options)):
                continue
            if before.strip() and not (question.fits(found[2]) and found[2].isupper() is all_found[0][2].isupper()):
                continue
            if counted or found[2].upper() == LETTERS[expected]:
                yield found.start(), found.end(), bool(found[1] or found[3])
                expected += 1

    def _add(self, part: str, line: Line) -> None:
        question = self._questions[-1]
        question.entry.notes += line.lost
        if part == "options":
            question.options[-1].append(line)
            return
        before = question.entry.fields.get(part, "")
        between = ("\n" if line.goes_on else "\n\n") if before else ""
        question.entry.fields[part] = f"{before}{between}{line.text.strip()}"

    def _note_lost(self, line: Line) -> None:
        if self._questions:
            self._questions[-1].entry.notes += line.lost

    # --- what comes of it -----------------------------------------------------------------------------------------

    def content(self) -> Content:
        content = Content()
        self._end_table()
        for question in self._questions:
            self._finish(content, question)
        return content

    def _finish(self, content: Content, question: _Question) -> None:
        if question.unclear is not None:
            content.wrong(question.place, question.unclear)
            return
        entry = question.entry
        right = entry.fields.get("right", "")
        found = _LETTER_FIRST.fullmatch(right)
        if found:
            entry.fields["right"] = found[1]
        marked, several = _marked(question)
        if several and "right" not in entry.fields:
            content.wrong(question.place, T("some options are marked in one way and others in another"))
            return
        entry.marked = marked if not several else set()
        entry.options = [_joined(part) for part in question.options]
        draft, wrong = draft_of(entry)
        if draft is not None and not question.wrong:
            content.drafts.append(draft)
        for text in (*question.wrong, *wrong):
            content.wrong(question.place, text)


def _joined(lines: Sequence[Line]) -> str:
    text = ""
    for line in lines:
        text += (("\n" if line.goes_on else "\n\n") if text else "") + line.text.strip()
    return _STARRED.sub("", text)


def _marked(question: _Question) -> tuple[set[int], bool]:
    """Return the options that are marked as right, and whether different marks contradict one another.

    A mark counts if some options have it and others do not; it may be on the words or on the letter before them.
    """
    starred = {
        place
        for place, lines in enumerate(question.options)
        if place in question.starred or _STARRED.search(lines[0].text)
    }
    if starred:
        return starred, False
    words = [lines[0].all_marks() for lines in question.options]
    letters = [label.all_marks() for label in question.labels]
    found: list[set[int]] = []
    for marks in (words, letters):
        for mark in Mark:
            having = {place for place, own in enumerate(marks) if mark in own}
            if having and len(having) < len(question.options) and having not in found:
                found.append(having)
    return (found[0] if found else set()), len(found) > 1
