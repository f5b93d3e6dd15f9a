"""Moodle XML: questions with HTML texts, categories, tags and shares of the points."""

from __future__ import annotations

import re
from base64 import b64encode
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from cuocthi.text import T
from cuocthi_quiz.domain.exchange import moodle_types as types
from cuocthi_quiz.domain.exchange.album import SHOWN, Album, decoded, written
from cuocthi_quiz.domain.exchange.archives import line_of, parse
from cuocthi_quiz.domain.exchange.asides import feedback_of, tags_of
from cuocthi_quiz.domain.exchange.drafts import Content, Unreadable, Unusable
from cuocthi_quiz.domain.exchange.html_text import from_html, has_markup
from cuocthi_quiz.domain.exchange.moodle_types import Found, Weighted
from cuocthi_quiz.domain.exchange.tally import Aside, Tally
from cuocthi_quiz.domain.exchange.texts import cleaned, refuse_old_fonts
from cuocthi_quiz.domain.exchange.words import truth_of
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.domain.pictures import ending_of, named_in
from cuocthi_quiz.models import QuestionType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from cuocthi_quiz.domain.questions import QuestionData

#: How the address of a file begins that stands beside its text, and a picture in Markdown that has it.
_BESIDE = "@@PLUGINFILE@@/"
_IN_MARKDOWN = re.compile(rf"!\[([^\]\n]*)\]\({_BESIDE}([^)\s]+)\)")

_NAMES = {
    QuestionType.SINGLE: "multichoice",
    QuestionType.MULTIPLE: "multichoice",
    QuestionType.TRUE_FALSE: "multichoice",
    QuestionType.NUMBER: "numerical",
    QuestionType.TEXT: "shortanswer",
    QuestionType.MATCHING: "matching",
    QuestionType.ORDERING: "ordering",
}


def fits(raw: bytes) -> bool:
    """Tell whether a document looks like Moodle XML."""
    return b"<quiz" in raw


def read_moodle(raw: bytes) -> Content:
    """Return what a file says."""
    root = parse(raw)
    if root.tag != "quiz":
        raise Unreadable(T("This is no Moodle XML: it begins with <%(tag)s>, not with <quiz>.", tag=root.tag[:40]))
    refuse_old_fonts("\n".join(root.itertext()))
    content, topic, count, tally = Content(), "", 0, Tally()
    for node in root.findall("question"):
        if node.get("type") == "category":
            topic = cleaned(types.topic_in(_plain(node, "category/text")))
            continue
        count += 1
        place = T("line %(line)s (question %(number)s)", line=line_of(node), number=count)
        found = Found(place, topic=topic, key=_plain(node, "idnumber"), album=Album(content.pictures))
        try:
            content.drafts.append(_draft(found, node))
            tally.add(_plain(node, "name/text") or str(count), {*found.asides, *_asides(node)})
        except Unusable as error:
            content.unusable(place, error.text)
    content.notes += tally.notes()
    return content


def _draft(found: Found, node: Element) -> Any:
    kind = node.get("type", "")
    if kind not in _BODIES:
        raise Unusable(T("questions of Moodle's type “%(kind)s” cannot be taken over", kind=kind[:40]))
    found.tags = [cleaned(_plain(tag, "text")) for tag in node.findall("tags/tag")]
    found.text = _text(found, node.find("questiontext"), markdown=True)
    found.feedback = _text(found, node.find("generalfeedback"), markdown=True)
    if node.findall("hint"):
        found.notes.append(T("hints are not taken over"))
    type_, body = _BODIES[kind](found, node)
    types.explain(found, list(_weighted(found, node)))
    return types.draft_from(found, type_, body)


def _asides(node: Element) -> Iterator[Aside]:
    if _differs(node, "defaultgrade", 1):
        yield Aside.GRADE
    if _differs(node, "penalty", 0):
        yield Aside.PENALTY
    if _is(node, "hidden"):
        yield Aside.HIDDEN


def _differs(node: Element, name: str, usual: int) -> bool:
    try:
        return Decimal(_plain(node, name) or usual) != usual
    except InvalidOperation:
        return False


def _plain(node: Element, path: str) -> str:
    return (node.findtext(path) or "").strip()


def _text(found: Found, node: Element | None, *, markdown: bool) -> str:
    """Return a text, by the format that it says; in Markdown with the pictures that stand beside it."""
    if node is None:
        return ""
    text, form = node.findtext("text") or "", node.get("format", "moodle_auto_format")
    files = {
        f"{one.get('path', '/')}{one.get('name', '')}".lstrip("/"): decoded(one.text or "")
        for one in node.findall("file")
    }

    def picture(address: str) -> str | None:
        return found.album.shown(address.removeprefix(_BESIDE).partition("?")[0], files, found.notes)

    if form == "html" or (form == "moodle_auto_format" and has_markup(text)):
        text, lost = from_html(text, markdown=markdown, picture=picture)
        found.notes += lost
    elif markdown:
        text = _IN_MARKDOWN.sub(lambda one: written(one[1], key) if (key := picture(one[2])) else one[1], text)
    return cleaned(text)


def _weighted(found: Found, node: Element) -> Iterator[Weighted]:
    for answer in node.findall("answer"):
        text, near = _text(found, answer, markdown=False), _plain(answer, "tolerance") or "0"
        feedback = _text(found, answer.find("feedback"), markdown=True)
        yield Weighted(text, types.weight_of(answer.get("fraction", "0")), near, feedback)


def _is(node: Element, name: str) -> bool:
    return _plain(node, name).lower() in {"true", "1"}


def _multichoice(found: Found, node: Element) -> tuple[QuestionType, Any]:
    single = node.find("single") is None or _is(node, "single")
    return types.choice(found, list(_weighted(found, node)), single=single, keep_order=_keeps_order(node))


def _keeps_order(node: Element) -> bool:
    return node.find("shuffleanswers") is not None and not _is(node, "shuffleanswers")


def _multichoiceset(found: Found, node: Element) -> tuple[QuestionType, Any]:
    """Return a choice that earns everything or nothing, whose right answers all bear the whole."""
    answers, keep_order = list(_weighted(found, node)), _keeps_order(node)
    return types.choice(found, answers, single=False, keep_order=keep_order, scoring=Scoring.ALL)


def _truefalse(found: Found, node: Element) -> tuple[QuestionType, Any]:
    types.costing(found, _weighted(found, node))
    whole = [one for one in node.findall("answer") if types.weight_of(one.get("fraction", "0")) == types.WHOLE]
    said = [truth_of(_plain(answer, "text")) for answer in whole]
    if len(said) != 1 or said[0] is None:
        raise Unusable(T("it is not said whether the statement is true"))
    return QuestionType.TRUE_FALSE, types.true_or_false(said[0])


def _shortanswer(found: Found, node: Element) -> tuple[QuestionType, Any]:
    return QuestionType.TEXT, types.wording(found, _weighted(found, node), case_matters=_is(node, "usecase"))


def _numerical(found: Found, node: Element) -> tuple[QuestionType, Any]:
    units = node.findall("units/unit")
    if len(units) > 1:
        found.notes.append(T("only the first of several units is taken over"))
    unit = cleaned(_plain(units[0], "unit_name")) if units else ""
    return QuestionType.NUMBER, types.number(found, _weighted(found, node), unit)


def _matching(found: Found, node: Element) -> tuple[QuestionType, Any]:
    pairs = (
        (_text(found, one, markdown=False), cleaned(_plain(one, "answer/text"))) for one in node.findall("subquestion")
    )
    return QuestionType.MATCHING, types.matching(found, pairs)


def _ordering(found: Found, node: Element) -> tuple[QuestionType, Any]:
    return QuestionType.ORDERING, types.ordering(
        found, (_text(found, one, markdown=False) for one in node.findall("answer"))
    )


_BODIES: Mapping[str, Callable[[Found, Element], tuple[QuestionType, Any]]] = {
    "multichoice": _multichoice,
    "multichoiceset": _multichoiceset,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "matching": _matching,
    "ordering": _ordering,
}


# --- writing --------------------------------------------------------------------------------------------------------


def write_moodle(
    questions: Sequence[QuestionData], topics: Mapping[str, str], pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """Return questions as Moodle XML, with a category wherever the topic changes, and with the pictures they show."""
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    topic = ""
    for question in questions:
        if question.topic != topic:
            topic = question.topic
            parts.append(
                f'<question type="category"><category>{_node(types.path_of(topics[topic]))}</category></question>'
            )
        parts.append(_written(question, pictures or {}))
    return "\n".join([*parts, "</quiz>", ""]).encode()


def _node(text: str) -> str:
    return f"<text>{escape(text)}</text>"


def _of(name: str, text: str, form: str = "plain_text", more: str = "", **attributes: str) -> str:
    said = "".join(f" {key}={quoteattr(value)}" for key, value in {**attributes, "format": form}.items())
    return f"<{name}{said}>{_node(text)}{more}</{name}>"


def _illustrated(name: str, text: str, pictures: Mapping[str, bytes]) -> str:
    """Return a text in Markdown with the pictures that it shows beside it."""
    files = {key: f"{key}{ending_of(pictures[key])}" for key in sorted(named_in([text])) if key in pictures}
    text = SHOWN.sub(lambda one: f"![{one[1]}]({_BESIDE}{files[one[2]]})" if one[2] in files else one[0], text)
    beside = "".join(
        f'<file name="{file}" path="/" encoding="base64">{b64encode(pictures[key]).decode()}</file>'
        for key, file in files.items()
    )
    return _of(name, text, "markdown", beside)


def _written(question: QuestionData, pictures: Mapping[str, bytes]) -> str:
    plain = question.type is QuestionType.TRUE_FALSE and types.is_plain_true_false(question.body)
    kind = "truefalse" if plain else _NAMES[question.type]
    tags = "".join(f"<tag>{_node(tag)}</tag>" for tag in tags_of(question))
    return "\n".join(
        [
            f'<question type="{kind}">',
            f"<name>{_node(question.key)}</name>",
            _illustrated("questiontext", question.text, pictures),
            _illustrated("generalfeedback", feedback_of(question), pictures),
            f"<defaultgrade>1</defaultgrade><penalty>0</penalty><hidden>0</hidden><idnumber>{question.key}</idnumber>",
            *_answers(question, plain=plain),
            f"<tags>{tags}</tags>",
            "</question>",
        ]
    )


def _answers(question: QuestionData, *, plain: bool) -> Iterator[str]:
    body = question.body
    match question.type:
        case QuestionType.NUMBER:
            for one in body.accepted:
                near = f"<tolerance>{types.dotted(one.tolerance)}</tolerance>"
                yield _of("answer", types.dotted(one.value), more=near, fraction="100")
            if body.unit:
                unit = f"<multiplier>1</multiplier><unit_name>{escape(body.unit)}</unit_name>"
                yield f"<units><unit>{unit}</unit></units>"
        case QuestionType.TEXT:
            yield f"<usecase>{int(body.case_matters)}</usecase>"
            yield from (_of("answer", types.starred(text), fraction="100") for text in body.accepted)
        case QuestionType.MATCHING:
            yield "<shuffleanswers>true</shuffleanswers>"
            pairs = [*((pair.prompt, pair.target) for pair in body.pairs), *(("", other) for other in body.others)]
            yield from (_of("subquestion", left, more=f"<answer>{_node(right)}</answer>") for left, right in pairs)
        case QuestionType.ORDERING:
            yield "<layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype>"
            yield "<gradingtype>ABSOLUTE_POSITION</gradingtype>"
            yield from (_of("answer", step, fraction=str(at)) for at, step in enumerate(body.steps, start=1))
        case _ if plain:
            for word, option in zip(("true", "false"), body.options, strict=True):
                yield _of("answer", word, fraction="100" if option.right else "0")
        case _:
            yield from _choice(question)


def _choice(question: QuestionData) -> Iterator[str]:
    body, single = question.body, question.type is not QuestionType.MULTIPLE
    right = [option.right for option in body.options]
    shares = [types.WHOLE * is_right for is_right in right] if single else types.weights(right)
    if not single and body.scoring is not Scoring.PARTIAL:
        shares = types.strict(right)
    keep_order = body.keep_order or question.type is QuestionType.TRUE_FALSE
    yield f"<single>{str(single).lower()}</single><shuffleanswers>{str(not keep_order).lower()}</shuffleanswers>"
    yield "<answernumbering>ABCD</answernumbering>"
    yield from (_of("answer", one.text, fraction=f"{share:f}") for share, one in zip(shares, body.options, strict=True))
