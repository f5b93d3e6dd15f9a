"""QTI 2.1: choice items, alone or in a package with its manifest."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.etree.ElementTree import tostring
from xml.sax.saxutils import escape, quoteattr

from cuocthi.rules.markdown import to_html
from cuocthi.text import T
from cuocthi_quiz.domain.exchange.album import Album, shown_by
from cuocthi_quiz.domain.exchange.archives import is_archive, parse, parts
from cuocthi_quiz.domain.exchange.asides import feedback_of, said_in_feedback
from cuocthi_quiz.domain.exchange.drafts import Content, Draft, Unreadable, Unusable, once
from cuocthi_quiz.domain.exchange.entries import day_of, deduced
from cuocthi_quiz.domain.exchange.html_text import from_html
from cuocthi_quiz.domain.exchange.moodle_types import weights
from cuocthi_quiz.domain.exchange.tally import Aside, Tally
from cuocthi_quiz.domain.exchange.texts import cleaned, refuse_old_fonts
from cuocthi_quiz.domain.exchange.word_writing import zipped
from cuocthi_quiz.domain.exchange.words import TYPES as TYPE_WORDS
from cuocthi_quiz.domain.exchange.words import key_of, type_of
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.pictures import ending_of
from cuocthi_quiz.models import QuestionType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from cuocthi.text import Text
    from cuocthi_quiz.domain.exchange.archives import Node
    from cuocthi_quiz.domain.questions import QuestionData

TYPES = frozenset({QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE})

_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_CP = "http://www.imsglobal.org/xsd/imscp_v1p1"
_TEMPLATES = "http://www.imsglobal.org/question/qti_v2p1/rptemplates"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
#: The identifiers of items are codes of the bank only in what this platform has written.
_TOOL = "cuocthi"
_MANIFEST = "imsmanifest.xml"
_IMAGE = re.compile(r"<img\b[^>]*>")
_ADDRESS = re.compile(r'\bsrc="picture:([a-z0-9-]+)"')
_ALTERNATIVE = re.compile(r'\balt="([^"]*)"')


#: By what other versions are known, and which they are.
_OTHERS = {b"questestinterop": "1.2", b"qti-assessment-item": "3.0"}


def fits(raw: bytes) -> bool:
    """Tell whether a document looks like QTI."""
    return is_archive(raw) or any(sign in raw for sign in (b"assessmentItem", *_OTHERS))


def read_qti(raw: bytes) -> Content:
    """Return what a package, or a single item, says."""
    content, tally = Content(), Tally()
    if is_archive(raw):
        _package(content, tally, raw)
    else:
        pictures = _Pictures(Album(content.pictures), {})
        _item(content, tally, T("question %(number)s", number=1), _root(raw), pictures)
    content.notes += tally.notes()
    return content


def _package(content: Content, tally: Tally, raw: bytes) -> None:
    found = parts(raw)
    for name, part in found.items():
        if name.endswith((".xml", ".qti")):
            _refuse_others(part)
    for number, (name, item) in enumerate(_items(found), start=1):
        pictures = _Pictures(Album(content.pictures), _beside(found, name))
        place = T("file “%(file)s” (question %(number)s)", file=name, number=number)
        _item(content, tally, place, item, pictures)


def _refuse_others(raw: bytes) -> None:
    for sign, version in _OTHERS.items():
        if sign in raw:
            message = T(
                "This is QTI %(version)s. Please export QTI 2.1, or Moodle XML, from the other system.", version=version
            )
            raise Unreadable(message)


def _root(raw: bytes) -> Node:
    _refuse_others(raw)
    root = parse(raw)
    if root.tag != "assessmentItem":
        raise Unreadable(T("This is no item of QTI 2.1: it begins with <%(tag)s>.", tag=root.tag[:40]))
    return root


def _items(found: Mapping[str, bytes]) -> Iterator[tuple[str, Node]]:
    """Yield the items of a package in the order of its manifest; without one, those that are there."""
    for name in _named(found):
        raw = found.get(name)
        if raw is None:
            raise Unreadable(T("The package names a file “%(file)s” that is not in it.", file=name[:120]))
        if b"assessmentItem" in raw and parse(raw).tag == "assessmentItem":
            yield name, _root(raw)


def _named(found: Mapping[str, bytes]) -> list[str]:
    manifest = next((name for name in found if posixpath.basename(name) == _MANIFEST), None)
    if manifest is None:
        return sorted(name for name in found if name.endswith(".xml"))
    folder = posixpath.dirname(manifest)
    resources = parse(found[manifest]).iter("resource")
    items = [resource for resource in resources if "item" in resource.get("type", "")]
    names = (unquote(item.get("href") or "") for item in items)
    return [posixpath.normpath(posixpath.join(folder, name)) for name in names if name]


def _beside(found: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """Return the files of a package by how they are named in one of them."""
    return {posixpath.relpath(other, posixpath.dirname(name) or "."): part for other, part in found.items()}


@dataclass(frozen=True, slots=True)
class _Pictures:
    """What an item may show."""

    album: Album
    files: Mapping[str, bytes]

    def markdown(self, html: str, notes: list[Text]) -> str:
        """Return HTML as Markdown with its pictures; what is lost is noted."""
        text, lost = from_html(
            html, markdown=True, picture=lambda address: self.album.shown(address, self.files, notes)
        )
        notes += lost
        return text


def _item(content: Content, tally: Tally, place: Text, item: Node, pictures: _Pictures) -> None:
    refuse_old_fonts("\n".join(item.itertext()))
    try:
        draft = _draft(place, item, pictures)
    except Unusable as error:
        content.unusable(place, error.text)
        return
    content.drafts.append(draft)
    if not draft.body.keep_order and any(one.get("fixed") == "true" for one in item.iter("simpleChoice")):
        tally.add(item.get("title") or item.get("identifier") or "–", {Aside.FIXED})


def _draft(place: Text, item: Node, pictures: _Pictures) -> Draft:
    interactions = [node for node in item.iter() if node.tag.endswith("Interaction")]
    if len(interactions) != 1 or interactions[0].tag != "choiceInteraction":
        names = ", ".join(sorted({node.tag for node in interactions})) or "–"
        raise Unusable(T("only items with one choice can be taken over, not “%(names)s”", names=names[:80]))
    notes: list[Text] = []
    choice = interactions[0]
    type_, body = _body(item, choice, notes)
    told = said_in_feedback(_feedback(item, pictures, notes))
    day = told.get("true_as_of", "")
    own = item.get("toolName") == _TOOL
    if own and type_of(item.get("label", "")) in TYPES:
        type_ = type_of(item.get("label", "")) or type_
    return Draft(
        place=place,
        type=type_,
        text=_stem(item, choice, pictures, notes),
        body=body,
        key=key_of(item.get("identifier", "")) if own else "",
        explanation=told["explanation"],
        source=told.get("source", ""),
        true_as_of=day_of(day) if day else None,
        notes=once(notes),
    )


def _stem(item: Node, choice: Element, pictures: _Pictures, notes: list[Text]) -> str:
    """Return what stands in the body before the choice, and its prompt."""
    body = item.find("itemBody")
    before = _html(body, without=choice) if body is not None else ""
    prompt = choice.find("prompt")
    texts = [before, f"<p>{_html(prompt)}</p>" if prompt is not None else ""]
    return pictures.markdown("".join(texts), notes)


def _html(node: Element, without: Element | None = None) -> str:
    """Return the inside of an element as HTML."""
    inner = [escape(node.text or "")]
    for child in node:
        if child is not without and without is not None and without in child.iter():
            inner.append(_html(child, without))
        elif child is not without:
            inner.append(tostring(child, encoding="unicode", short_empty_elements=True))
            continue
        inner.append(escape(child.tail or ""))
    return "".join(inner)


def _body(item: Node, choice: Element, notes: list[Text]) -> tuple[QuestionType, Choice]:
    identifier = choice.get("responseIdentifier", "")
    declared = next((one for one in item.iter("responseDeclaration") if one.get("identifier") == identifier), None)
    if declared is None:
        raise Unusable(T("no option is marked as right"))
    right = {(value.text or "").strip() for value in declared.iterfind("correctResponse/value")}
    mapped = _mapping(declared)
    if not right:
        right = {key for key, value in mapped.items() if value > 0}
    options: list[Option] = []
    for one in choice.iter("simpleChoice"):
        text, lost = from_html(_html(one, without=one.find("feedbackInline")), markdown=False)
        notes += lost
        if one.find("feedbackInline") is not None:
            notes.append(T("the feedback of single answers is not taken over"))
        options.append(Option(text, one.get("identifier", "") in right))
    several = declared.get("cardinality") == "multiple"
    places = {at for at, option in enumerate(options) if option.right}
    type_ = QuestionType.MULTIPLE if several else deduced([option.text for option in options], places)
    if type_ is QuestionType.MULTIPLE and not several:
        type_ = QuestionType.SINGLE
    partial = type_ is QuestionType.MULTIPLE and _is_mapped(item) and bool(mapped)
    # Elsewhere no order is what nobody has chosen, and says nothing of the options.
    keep_order = item.get("toolName") == _TOOL and choice.get("shuffle") == "false"
    return type_, Choice(tuple(options), keep_order, Scoring.PARTIAL if partial else Scoring.ALL)


def _mapping(declared: Element) -> dict[str, float]:
    found: dict[str, float] = {}
    for entry in declared.iterfind("mapping/mapEntry"):
        try:
            found[entry.get("mapKey", "")] = float(entry.get("mappedValue", "0"))
        except ValueError as error:
            raise Unusable(T("“%(text)s” is no share of the points", text=entry.get("mappedValue", "")[:20])) from error
    return found


def _is_mapped(item: Node) -> bool:
    processing = item.find("responseProcessing")
    template = processing.get("template", "") if processing is not None else ""
    return "map_response" in template or next(item.iter("mapResponse"), None) is not None


def _feedback(item: Node, pictures: _Pictures, notes: list[Text]) -> str:
    texts: list[str] = []
    for node in item.findall("modalFeedback"):
        text = pictures.markdown(_html(node), notes)
        if text and text not in texts:
            texts.append(text)
    return "\n\n".join(texts)


# --- writing --------------------------------------------------------------------------------------------------------


def write_qti(
    questions: Sequence[QuestionData], _topics: Mapping[str, str], pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """Return a package with an item for each question, and the pictures they show."""
    files = {key: f"pictures/{key}{ending_of(picture)}" for key, picture in (pictures or {}).items()}
    shown = {question.key: [files[key] for key in sorted(shown_by(question) & set(files))] for question in questions}
    resources = "".join(
        f'<resource identifier="R-{question.key}" type="imsqti_item_xmlv2p1" href="items/{question.key}.xml">'
        + "".join(f'<file href="{name}"/>' for name in (f"items/{question.key}.xml", *shown[question.key]))
        + "</resource>"
        for question in questions
    )
    manifest = (
        f'{_HEAD}<manifest xmlns="{_CP}" identifier="cuocthi"><metadata><schema>QTIv2.1 Package</schema>'
        f"<schemaversion>1.0.0</schemaversion></metadata><organizations/><resources>{resources}</resources></manifest>"
    )
    items = {f"items/{question.key}.xml": _written(question, files) for question in questions}
    used = {name for names in shown.values() for name in names}
    beside = {files[key]: picture for key, picture in (pictures or {}).items() if files[key] in used}
    return zipped({_MANIFEST: manifest, **items, **beside})


def _written(question: QuestionData, files: Mapping[str, str]) -> str:
    body, told = question.body, _xhtml(feedback_of(replace(question, group_text="")), files)
    several = question.type is QuestionType.MULTIPLE
    right = [option.right for option in body.options]
    values = "".join(f"<value>o{at}</value>" for at, is_right in enumerate(right, start=1) if is_right)
    options = "".join(
        f'<simpleChoice identifier="o{at}">{_spoken(option.text)}</simpleChoice>'
        for at, option in enumerate(body.options, start=1)
    )
    partial = body.scoring is Scoring.PARTIAL
    shuffle = str(not body.keep_order).lower()
    template = "map_response" if partial else "match_correct"
    return (
        f'{_HEAD}<assessmentItem xmlns="{_QTI}" identifier="{question.key}" title={quoteattr(question.key)} '
        f'label={quoteattr(TYPE_WORDS[question.type][0])} adaptive="false" timeDependent="false" toolName="{_TOOL}">'
        f'<responseDeclaration identifier="RESPONSE" cardinality="{"multiple" if several else "single"}" '
        f'baseType="identifier"><correctResponse>{values}</correctResponse>{_mapped(right) if partial else ""}'
        '</responseDeclaration><outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        '<outcomeDeclaration identifier="FEEDBACK" cardinality="single" baseType="identifier"/>'
        f"<itemBody>{_xhtml(question.text, files)}"
        f'<choiceInteraction responseIdentifier="RESPONSE" shuffle="{shuffle}" maxChoices="{0 if several else 1}">'
        f"{options}</choiceInteraction></itemBody>"
        f'<responseProcessing template="{_TEMPLATES}/{template}"/>'
        '<modalFeedback outcomeIdentifier="FEEDBACK" identifier="SOLUTION" showHide="show">'
        f"{told}</modalFeedback></assessmentItem>"
    )


def _mapped(right: Sequence[bool]) -> str:
    entries = "".join(
        f'<mapEntry mapKey="o{at}" mappedValue="{share / 100:f}"/>' for at, share in enumerate(weights(right), start=1)
    )
    return f'<mapping lowerBound="0" upperBound="1" defaultValue="0">{entries}</mapping>'


def _xhtml(markdown: str, files: Mapping[str, str]) -> str:
    """Return Markdown as XHTML that shows pictures from the package; one that is not in it is left out."""
    html = str(to_html(markdown, pictures=True)).replace("<br>", "<br/>")
    return _IMAGE.sub(lambda found: _image(found[0], files), html)


def _image(tag: str, files: Mapping[str, str]) -> str:
    key, alternative = _ADDRESS.search(tag), _ALTERNATIVE.search(tag)
    file = files.get(key[1]) if key else None
    return f'<img src="../{file}" alt="{alternative[1] if alternative else ""}"/>' if file else ""


def _spoken(text: str) -> str:
    return escape(cleaned(text)).replace("\n", "<br/>")
