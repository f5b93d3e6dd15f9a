"""GIFT, the text format of Moodle: one block a question, answers in braces, signs escaped by a backslash."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from cuocthi.text import T
from cuocthi_quiz.domain.exchange import moodle_types as types
from cuocthi_quiz.domain.exchange.album import Album
from cuocthi_quiz.domain.exchange.asides import feedback_of, tags_of
from cuocthi_quiz.domain.exchange.drafts import Content, Unusable
from cuocthi_quiz.domain.exchange.html_text import from_html, has_markup
from cuocthi_quiz.domain.exchange.moodle_types import Found, Weighted
from cuocthi_quiz.domain.exchange.tally import Tally
from cuocthi_quiz.domain.exchange.texts import cleaned, decoded, refuse_old_fonts
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.models import QuestionType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cuocthi_quiz.domain.questions import QuestionData

TYPES = types.TYPES - {QuestionType.ORDERING}

#: Signs that mean something, and private ones that stand for them while they are escaped.
_SIGNS = dict(zip("~=#{}:\\>", (chr(0xF8F0 + at) for at in range(8)), strict=True))
_ESCAPED = re.compile(r"\\([~=#{}:\\>n])")
_HIDING = {**_SIGNS, "n": "\n"}
_SHOWING = str.maketrans({private: sign for sign, private in _SIGNS.items()})
_CATEGORY = re.compile(r"\$CATEGORY:\s*(.*)")
_TITLE = re.compile(r"::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|markdown|moodle|plain)\]")
_ANSWER = re.compile(r"([=~])((?:(?![=~]).)*)", re.DOTALL)
_WEIGHT = re.compile(r"\s*%(-?[0-9.]+)%")
_IDENTITY = re.compile(r"\[id:([^\]]*)\]")
_TAG = re.compile(r"\[tag:([^\]]*)\]")
_RANGE = re.compile(r"\s*(-?[0-9.]+)\s*\.\.\s*(-?[0-9.]+)\s*")


def fits(raw: bytes) -> bool:
    """Tell whether a text looks like GIFT."""
    return b"{" in raw


def read_gift(raw: bytes) -> Content:
    """Return what a file says."""
    text = decoded(raw)
    refuse_old_fonts(text)
    content, topic, count, tally = Content(), "", 0, Tally()
    for lines in _blocks(text):
        whole, comments = lines.text, "\n".join(lines.comments)
        category, block = _CATEGORY.match(whole), whole
        if category:
            topic = cleaned(types.topic_in(_shown(category[1].splitlines()[0])))
            block = whole[category.end() :].strip()
            if not block:
                continue
        count += 1
        place = T("line %(line)s (question %(number)s)", line=lines.lines[0][0], number=count)
        identity = _IDENTITY.search(comments)
        tags = [cleaned(tag) for tag in _TAG.findall(comments)]
        found = Found(place, key=identity[1] if identity else "", topic=topic, tags=tags, album=Album(content.pictures))
        try:
            _refuse_unclosed(lines)
            content.drafts.append(types.draft_from(found, *_question(found, block)))
            title = _TITLE.match(block)
            tally.add(_shown(title[1]).strip() if title else str(count), found.asides)
        except Unusable as error:
            content.unusable(place, error.text)
    content.notes += tally.notes()
    return content


def _refuse_unclosed(block: _Block) -> None:
    line = block.unclosed()
    if line:
        raise Unusable(T("the brace { that opens on line %(line)s is not closed", line=line))


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that make one question, each with its number and its escaped signs hidden, and the comments among them."""

    lines: Sequence[tuple[int, str]]
    comments: Sequence[str]

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(line for _, line in self.lines).strip()

    def unclosed(self) -> int:
        """Return the line of a brace that is not closed before another one opens; 0 without one."""
        opened = 0
        for number, line in self.lines:
            for sign in re.findall(r"[{}]", line):
                if sign == "{" and opened:
                    return opened
                opened = number if sign == "{" else 0
        return opened


def _blocks(text: str) -> Iterator[_Block]:
    """Yield each block. Answers may have empty lines between them, up to where another brace opens."""
    parts: list[_Block] = []
    depth = 0
    for part in _paragraphs(text):
        if parts and "{" in part.text:
            yield _joined(parts)
            parts, depth = [], 0
        parts.append(part)
        depth += part.text.count("{") - part.text.count("}")
        if depth <= 0:
            yield _joined(parts)
            parts, depth = [], 0
    if parts:
        yield _joined(parts)


def _paragraphs(text: str) -> Iterator[_Block]:
    lines: list[tuple[int, str]] = []
    comments: list[str] = []
    for number, line in enumerate([*text.replace("\r\n", "\n").split("\n"), ""], start=1):
        if line.lstrip().startswith("//"):
            comments.append(line)
        elif line.strip():
            lines.append((number, _ESCAPED.sub(lambda found: _HIDING[found[1]], line)))
        elif lines:
            yield _Block(lines, comments)
            lines, comments = [], []


def _joined(parts: Sequence[_Block]) -> _Block:
    return _Block([line for part in parts for line in part.lines], [one for part in parts for one in part.comments])


def _question(found: Found, block: str) -> tuple[QuestionType, Any]:
    title = _TITLE.match(block)
    block = block[title.end() :] if title else block
    format_ = _FORMAT.match(block)
    block = block[format_.end() :] if format_ else block
    form = format_[1] if format_ else ""
    before, brace, rest = block.partition("{")
    answers, closed, after = rest.partition("}")
    if not brace or not closed:
        raise Unusable(T("there are no answers in braces; essays and descriptions are no questions here"))
    if "{" in after:
        raise Unusable(T("a question has one place for answers in braces; between two questions is an empty line"))
    gap = f"{before.rstrip()} _____ {after.strip()}" if after.strip() else before
    found.text = _text(found, gap, form, markdown=True)
    answers, _, feedback = answers.partition("####")
    found.feedback = _text(found, feedback, form, markdown=True)
    return _body(found, answers.strip(), form)


def _text(found: Found, text: str, form: str, *, markdown: bool) -> str:
    shown = _shown(text)
    if form == "html" or (form in {"", "moodle"} and has_markup(shown)):
        shown, lost = from_html(
            shown, markdown=markdown, picture=lambda address: found.album.shown(address, {}, found.notes)
        )
        found.notes += lost
    return cleaned(shown)


def _shown(text: str) -> str:
    return text.translate(_SHOWING)


def _body(found: Found, answers: str, form: str) -> tuple[QuestionType, Any]:
    if not answers:
        raise Unusable(T("there are no answers in braces; essays and descriptions are no questions here"))
    if answers.startswith("#"):
        return QuestionType.NUMBER, types.number(found, _numbers(answers[1:]))
    word = answers.partition("#")[0].strip().upper()
    if word in {"T", "TRUE", "F", "FALSE"}:
        # Behind it stands what is said to a wrong answer, and then to a right one.
        told = [_own_format(found, one, form, markdown=True) for one in answers.split("#")[1:3]]
        types.explain(found, [Weighted("", types.WHOLE * at, feedback=one) for at, one in enumerate(told)])
        return QuestionType.TRUE_FALSE, types.true_or_false(word.startswith("T"))
    given = _ANSWER.findall(answers)
    if not given:
        raise Unusable(T("an answer begins with “=” if it is right, with “~” if it is wrong"))
    if all("->" in text for _, text in given):
        pairs = (text.partition("#")[0].partition("->") for _, text in given)
        matched = (
            (_text(found, left, form, markdown=False), _text(found, right, form, markdown=False))
            for left, _, right in pairs
        )
        return QuestionType.MATCHING, types.matching(found, matched)
    read = [_weighted(found, sign, text, form) for sign, text in given]
    types.explain(found, read)
    if all(sign == "=" for sign, _ in given):
        return QuestionType.TEXT, types.wording(found, read, case_matters=False)
    single = any(sign == "=" for sign, _ in given)
    return types.choice(found, read, single=single, keep_order=False)


def _weighted(found: Found, sign: str, text: str, form: str) -> Weighted:
    share = _WEIGHT.match(text)
    weight = types.weight_of(share[1]) if share else types.WHOLE if sign == "=" else Decimal(0)
    words, _, feedback = text[share.end() if share else 0 :].partition("#")
    told = _own_format(found, feedback, form, markdown=True)
    return Weighted(_own_format(found, words, form, markdown=False), weight, feedback=told)


def _own_format(found: Found, text: str, form: str, *, markdown: bool) -> str:
    """Return a text that may say its own format, else that of the question."""
    own = _FORMAT.match(text)
    return _text(found, text[own.end() :] if own else text, own[1] if own else form, markdown=markdown)


def _numbers(text: str) -> Iterator[Weighted]:
    for one in text.split("=") if "=" in text else [text]:
        share = _WEIGHT.match(one)
        value = _shown(one[share.end() if share else 0 :].partition("#")[0]).strip()
        if not value:
            continue
        weight = types.weight_of(share[1]) if share else types.WHOLE
        between = _RANGE.fullmatch(value)
        try:
            if between:
                low, high = Decimal(between[1]), Decimal(between[2])
                yield Weighted(f"{(low + high) / 2:f}", weight, f"{(high - low) / 2:f}")
            else:
                number, _, near = value.partition(":")
                yield Weighted(number, weight, near.strip() or "0")
        except InvalidOperation as error:
            raise Unusable(T("“%(text)s” is no number", text=value[:40])) from error


# --- writing --------------------------------------------------------------------------------------------------------


def write_gift(
    questions: Sequence[QuestionData], topics: Mapping[str, str], _pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """Return questions as GIFT, by topics in the order of the questions."""
    blocks: list[str] = []
    topic = ""
    for question in questions:
        if question.topic != topic:
            topic = question.topic
            blocks.append(f"$CATEGORY: {_hidden(types.path_of(topics[topic]))}")
        blocks.append(_block(question))
    return ("\n\n".join(blocks) + "\n").encode()


def _hidden(text: str) -> str:
    return re.sub(r"[~=#{}:\\]|->", lambda found: "-\\>" if found[0] == "->" else f"\\{found[0]}", text).replace(
        "\n", "\\n"
    )


def _block(question: QuestionData) -> str:
    marks = " ".join([f"[id:{question.key}]", *(f"[tag:{tag}]" for tag in tags_of(question))])
    answers = "\n".join(f"\t{answer}" for answer in _answers(question))
    feedback = _hidden(feedback_of(question))
    return f"// {marks}\n::{question.key}::[markdown]{_hidden(question.text)} {{{answers}\n\t####{feedback}\n}}"


def _answers(question: QuestionData) -> Iterator[str]:
    body = question.body
    match question.type:
        case QuestionType.NUMBER:
            yield "#"
            yield from (f"={types.dotted(one.value)}:{types.dotted(one.tolerance)}" for one in body.accepted)
        case QuestionType.TEXT:
            yield from (f"=%100%{_hidden(types.starred(text))}" for text in body.accepted)
        case QuestionType.MATCHING:
            yield from (f"={_hidden(pair.prompt)} -> {_hidden(pair.target)}" for pair in body.pairs)
            yield from (f"= -> {_hidden(text)}" for text in body.others)
        case QuestionType.TRUE_FALSE if types.is_plain_true_false(body):
            yield "T" if body.options[0].right else "F"
        case QuestionType.MULTIPLE:
            right = [option.right for option in body.options]
            shares = types.weights(right) if body.scoring is Scoring.PARTIAL else types.strict(right)
            yield from (f"~%{share:f}%{_hidden(one.text)}" for share, one in zip(shares, body.options, strict=True))
        case _:
            yield from (f"{'=' if option.right else '~'}{_hidden(option.text)}" for option in body.options)
