"""Aiken: a line with the question, options A to H, and ``ANSWER: B``. It knows nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_quiz.domain.exchange.drafts import Content
from cuocthi_quiz.domain.exchange.entries import Entry, draft_of
from cuocthi_quiz.domain.exchange.texts import decoded, one_line, plain, refuse_old_fonts
from cuocthi_quiz.domain.exchange.words import LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cuocthi.text import Text
    from cuocthi_quiz.domain.questions import QuestionData

_OPTION = re.compile(r"\s*([A-Za-z])[.)]\s*(.*)")
_ANSWER = re.compile(r"\s*(?:ANSWER|ĐÁP ÁN)\s*:\s*(.*?)\s*", re.IGNORECASE)


def fits(raw: bytes) -> bool:
    """Tell whether a text looks like Aiken."""
    return any(map(_ANSWER.fullmatch, plain(decoded(raw)).split("\n")))


def read_aiken(raw: bytes) -> Content:
    """Return what a file says; a question ends with its answer."""
    text = plain(decoded(raw))
    refuse_old_fonts(text)
    content, block = Content(), list[tuple[int, str]]()
    count = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        answer = _ANSWER.fullmatch(line)
        if answer is None:
            block.append((number, line))
            continue
        count += 1
        _question(content, count, block, answer[1])
        block = []
    if block:
        content.unusable(_place(block[0][0], count + 1), T("the question has no line “ANSWER: …”"))
    return content


def _place(line: int, number: int) -> Text:
    return T("line %(line)s (question %(number)s)", line=line, number=number)


def _question(content: Content, count: int, block: Sequence[tuple[int, str]], answer: str) -> None:
    place = _place(block[0][0] if block else 0, count)
    entry = Entry(place, {"right": answer})
    # A stem may begin with a letter and a point too ("A. Lincoln was …"): the options begin with the last A.
    begin = max((at for at, (_, line) in enumerate(block) if _letter(line) == LETTERS[0]), default=0)
    stem = [line for _, line in block[:begin]]
    for number, line in block[begin:]:
        found = _OPTION.fullmatch(line)
        if found and found[1].upper() == LETTERS[len(entry.options) : len(entry.options) + 1]:
            entry.options.append(found[2])
        elif entry.options:
            content.unusable(_place(number, count), _STRAY)
            return
        else:
            stem.append(line)
    entry.fields["text"] = "\n".join(stem)
    draft, wrong = draft_of(entry)
    if draft is not None:
        content.drafts.append(draft)
    for text in wrong:
        content.unusable(place, text)


def _letter(line: str) -> str:
    found = _OPTION.fullmatch(line)
    return found[1].upper() if found else ""


_STRAY = T("an option begins with its letter: “B. …” or “B) …”")


def write_aiken(
    questions: Sequence[QuestionData], _topics: Mapping[str, str], _pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """Return questions as Aiken; line breaks become spaces."""
    return "\n".join(line for question in questions for line in _lines(question)).encode()


def _lines(question: QuestionData) -> Iterator[str]:
    yield one_line(question.text)
    options = question.body.options
    yield from (f"{letter}. {one_line(option.text)}" for letter, option in zip(LETTERS, options, strict=False))
    right = next(letter for letter, option in zip(LETTERS, options, strict=False) if option.right)
    yield f"ANSWER: {right}\n"
