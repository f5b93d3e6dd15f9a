"""Questions as labelled fields and options, the way people write them into tables and lists."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from cuocthi.text import T
from cuocthi_quiz.domain.exchange.album import PICTURE, SHOWN
from cuocthi_quiz.domain.exchange.drafts import Draft, Unusable
from cuocthi_quiz.domain.exchange.texts import cleaned, one_line
from cuocthi_quiz.domain.exchange.words import (
    DIFFICULTIES,
    FALSE,
    LETTERS,
    TRUE,
    TYPES,
    YES,
    difficulty_of,
    is_true_or_false,
    key_of,
    option_of,
    truth_of,
    type_of,
    yes_or_no,
)
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.kinds.hotspot import Hotspot, Region
from cuocthi_quiz.domain.kinds.placing import Match, Order, Pair
from cuocthi_quiz.domain.kinds.written import AcceptedNumber, Number, Wording
from cuocthi_quiz.domain.questions import to_tags
from cuocthi_quiz.models import Difficulty, QuestionType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cuocthi.text import Text
    from cuocthi_quiz.domain.questions import QuestionData

#: Between a number and how far an answer may be from it.
_NEAR = re.compile(r"\s*(?:±|\+/-|\+-)\s*")
_BETWEEN_LETTERS = re.compile(r"[\s,;/&+.()]+|\bvà\b|\band\b", re.IGNORECASE)
#: Between tags in one line, and if each has its own.
_BETWEEN_TAGS = (re.compile(r"[,;]"), re.compile(r"\n"))
#: The letter before an option in a cell: at the beginning of a line, or behind a wide space.
_LETTERED = re.compile(r"(?:^|\n|\t|[ ]{2,})[ ]*(\*?)[ ]*([A-H])[ ]*[.)/:][ ]*")
#: Between the letter of an option and its words, where a key says both.
_AFTER_LETTER = re.compile(r"[.):]")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass
class Entry:
    """A question as labelled texts: ``fields`` by the names of ``words.LABELS``, the options in their order.

    ``marked`` are the places of options that are marked as right in another way than by the field "right".
    """

    place: Text
    fields: dict[str, str] = field(default_factory=dict)
    options: list[str] = field(default_factory=list)
    marked: set[int] = field(default_factory=set)
    notes: list[Text] = field(default_factory=list)


# --- reading --------------------------------------------------------------------------------------------------------


def draft_of(entry: Entry) -> tuple[Draft | None, list[Text]]:
    """Return the draft that an entry makes, or None and everything for which it makes none."""
    said = {name: cleaned(text) for name, text in entry.fields.items()}
    options = [cleaned(SHOWN.sub(r" \1 ", option)) for option in entry.options]
    if any(map(SHOWN.search, entry.options)):
        entry.notes.append(PICTURE)
    while options and not options[-1]:
        options.pop()
    marked = entry.marked
    if not options:
        said["text"], options, marked = _divided(said)
    wrong: list[Text] = []

    def tried(read: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return read(*arguments)
        except Unusable as error:
            wrong.append(error.text)
            return None

    difficulty, day, practice = tried(_difficulty, said), tried(_day, said), tried(_yes, said, "for_practice")
    read = tried(_type_and_body, said, options, marked)
    if wrong or read is None:
        return None, wrong
    type_, body = read
    return Draft(
        place=entry.place,
        type=type_,
        text=said.get("text", ""),
        body=body,
        key=key_of(said.get("key", "")),
        topic=said.get("topic", ""),
        difficulty=difficulty,
        explanation=said.get("explanation", ""),
        source=said.get("source", ""),
        true_as_of=day,
        tags=to_tags(_BETWEEN_TAGS[1 if "\n" in said.get("tags", "") else 0].split(said.get("tags", ""))),
        division=said.get("division", ""),
        group=key_of(said.get("group", "")),
        group_text=said.get("group_text", ""),
        for_practice=practice,
        notes=tuple(entry.notes),
    ), []


def _divided(said: Mapping[str, str]) -> tuple[str, list[str], set[int]]:
    """Return the text without the options that stand below it, or in a field of their own, and those; as in one cell.

    A star marks one that is right.
    """
    text, own = said.get("text", ""), said.get("options")
    if type_of(said.get("type", "")) in _BODIES:
        return text, [], set()
    whole = own or text
    found = list(_LETTERED.finditer(whole))
    letters = "".join(one[2] for one in found)
    if len(found) < 2 or not LETTERS.startswith(letters):  # noqa: PLR2004 - a choice has two
        return text, [line for line in (own or "").splitlines() if line.strip()], set()
    ends = [one.start() for one in found[1:]] + [len(whole)]
    options = [whole[one.end() : end].strip() for one, end in zip(found, ends, strict=True)]
    return (text if own else text[: found[0].start()].strip()), options, {at for at, one in enumerate(found) if one[1]}


def _difficulty(said: Mapping[str, str]) -> Difficulty | None:
    word = said.get("difficulty", "")
    found = difficulty_of(word)
    if word and found is None:
        known = ", ".join(words[0] for words in DIFFICULTIES.values())
        raise Unusable(T("“%(word)s” is no difficulty; known are: %(known)s", word=word[:60], known=known))
    return found


def _day(said: Mapping[str, str]) -> date | None:
    return day_of(said["true_as_of"]) if said.get("true_as_of") else None


def day_of(text: str) -> date:
    """Return a day written as 15/09/2024 or 2024-09-15. Raises Unusable for another text."""
    found = _DAY.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError as error:
        raise Unusable(T("“%(text)s” is no day; please write it as 15/09/2024", text=text[:60])) from error


def _type_and_body(said: Mapping[str, str], options: list[str], marked: set[int]) -> tuple[QuestionType, Any]:
    type_ = _type(said)
    if type_ is not None and type_ in _BODIES:
        return type_, _BODIES[type_](said, options)
    truth = truth_of(said.get("right", ""))
    if not options and truth is not None and type_ in {None, QuestionType.TRUE_FALSE}:
        options, marked = [TRUE, FALSE], {0 if truth else 1}
    if not options:
        message = T("there are no options; a question of another type names it under “%(label)s”", label="Loại câu hỏi")
        raise Unusable(message)
    right = marked | _places(said.get("right", ""), options)
    if said.get("right") and marked and marked != right:
        raise Unusable(T("the options that are marked as right are others than the key says"))
    if not right:
        raise Unusable(T("no option is marked as right"))
    texts = tuple(Option(text, place in right) for place, text in enumerate(options))
    return type_ or deduced(options, right), Choice(texts, _yes(said, "keep_order"), _scoring(said))


def _type(said: Mapping[str, str]) -> QuestionType | None:
    word = said.get("type", "")
    found = type_of(word)
    if word and found is None:
        known = ", ".join(words[0] for words in TYPES.values())
        raise Unusable(T("“%(word)s” is no type of question; known are: %(known)s", word=word[:60], known=known))
    return found


def deduced(options: Sequence[str], right: set[int]) -> QuestionType:
    """Return the type of a choice that does not say it: several that are right, true or false, or one that is right."""
    if len(right) > 1:
        return QuestionType.MULTIPLE
    return QuestionType.TRUE_FALSE if is_true_or_false(options) else QuestionType.SINGLE


def _places(answer: str, options: Sequence[str]) -> set[int]:
    """Return the options that a key names: by letters ("A, C"), by their own words, or by numbers."""
    if not answer:
        return set()
    signs = [sign for sign in _BETWEEN_LETTERS.split(answer.upper()) if sign]
    same = [place for place, option in enumerate(options) if one_line(option).casefold() == one_line(answer).casefold()]
    in_a_row = len(signs) == 1 and len(signs[0]) > 1
    if signs and all(set(sign) <= set(LETTERS) and len(set(sign)) == len(sign) for sign in signs):
        if not (same and in_a_row):
            return _existing({LETTERS.index(letter) for sign in signs for letter in sign}, answer, options)
        # "Ba" and "Da" are words; nobody writes letters like that.
        if answer.isupper() or answer.islower():
            raise Unusable(T("“%(answer)s” may be letters or the words of an option; please write A, B", answer=answer))
    if same:
        return set(same[:1])
    lines = [one_line(line).casefold() for line in answer.splitlines()]
    texts = [one_line(option).casefold() for option in options]
    if all(line in texts for line in lines):
        return {texts.index(line) for line in lines}
    if all(sign.isascii() and sign.isdigit() for sign in signs):
        return _existing({int(sign) - 1 for sign in signs}, answer, options)
    named = option_of(_AFTER_LETTER.split(answer, maxsplit=1)[0])
    if named is not None:
        return _existing({named}, answer, options)
    raise Unusable(T("“%(answer)s” is none of the options", answer=answer[:60]))


def _existing(places: set[int], answer: str, options: Sequence[str]) -> set[int]:
    if not all(0 <= place < len(options) for place in places):
        raise Unusable(T("“%(answer)s” names an option that is not there", answer=answer[:60]))
    return places


def _yes(said: Mapping[str, str], name: str) -> bool:
    word = said.get(name, "")
    found = yes_or_no(word)
    if found is None:
        raise Unusable(T("“%(word)s” is neither “có” nor “không”", word=word[:60]))
    return found


def _scoring(said: Mapping[str, str]) -> Scoring:
    return Scoring.PARTIAL if _yes(said, "scoring") else Scoring.ALL


def _lines(said: Mapping[str, str]) -> list[str]:
    return [line.strip() for line in said.get("right", "").splitlines() if line.strip()]


def _number(said: Mapping[str, str], _options: Sequence[str]) -> Number:
    accepted = (_NEAR.split(line, maxsplit=1) for line in _lines(said))
    return Number(tuple(AcceptedNumber(*parts) for parts in accepted), said.get("unit", ""))


def _wording(said: Mapping[str, str], _options: Sequence[str]) -> Wording:
    return Wording(tuple(_lines(said)), _yes(said, "case_matters"), _yes(said, "accents_matter"))


def _order(said: Mapping[str, str], options: Sequence[str]) -> Order:
    return Order(tuple(options), _scoring(said))


def _match(said: Mapping[str, str], options: Sequence[str]) -> Match:
    targets = _lines(said)
    if len(targets) < len(options):
        raise Unusable(T("each prompt needs its target, one a line, under “%(label)s”", label="Đáp án"))
    pairs = tuple(Pair(prompt, target) for prompt, target in zip(options, targets, strict=False))
    return Match(pairs, tuple(sorted(targets[len(options) :])), _scoring(said))


def _sides(numbers: Sequence[str]) -> tuple[int, int, int, int]:
    x, y, width, height = map(int, numbers)
    return x, y, width, height


def _hotspot(said: Mapping[str, str], options: Sequence[str]) -> Hotspot:
    right = _places(said.get("right", ""), options)
    sides = [line.split() for line in said.get("regions", "").splitlines()]
    if [len(side) for side in sides] != [4] * len(options) or not all(n.isdecimal() for side in sides for n in side):
        raise Unusable(T("each region needs a line of four whole numbers: left, top, width, height, in thousandths"))
    regions = (
        Region(name, *_sides(side), place in right)
        for place, (name, side) in enumerate(zip(options, sides, strict=True))
    )
    shown = SHOWN.search(said.get("picture", ""))
    return Hotspot(shown[2] if shown else said.get("picture", ""), said.get("alternative", ""), tuple(regions))


_BODIES: Mapping[QuestionType, Callable[[Mapping[str, str], list[str]], Any]] = {
    QuestionType.NUMBER: _number,
    QuestionType.TEXT: _wording,
    QuestionType.ORDERING: _order,
    QuestionType.MATCHING: _match,
    QuestionType.HOTSPOT: _hotspot,
}


# --- writing --------------------------------------------------------------------------------------------------------


def entry_of(question: QuestionData, *, place: Text, topic: str) -> Entry:
    """Return a question as labelled texts; ``topic`` is how its topic is called in the file."""
    return Entry(place, {"topic": topic, **fields_of(question)}, _written(question.body)[1])


def fields_of(question: QuestionData) -> dict[str, str]:
    """Return what a question says beside its topic and its options, by the names of ``words.LABELS``."""
    said = {
        "key": question.key,
        "difficulty": DIFFICULTIES[question.difficulty][0],
        "type": TYPES[question.type][0],
        "text": question.text,
        "explanation": question.explanation,
        "source": question.source,
        "true_as_of": question.true_as_of.strftime("%d/%m/") + f"{question.true_as_of.year:04}",
        "tags": ("\n" if any(set(tag) & {",", ";"} for tag in question.tags) else ", ").join(question.tags),
        "division": question.division,
        "group": question.group,
        "group_text": question.group_text,
        "for_practice": YES if question.for_practice else "",
        **_written(question.body)[0],
    }
    return {name: text for name, text in said.items() if text}


def _written(body: Any) -> tuple[dict[str, str], list[str]]:
    match body:
        case Choice():
            right = [option.right for option in body.options]
            settings = {"keep_order": YES if body.keep_order else "", "scoring": _written_scoring(body.scoring)}
            return {"right": _letters(right), **settings}, [option.text for option in body.options]
        case Number():
            lines = [one.value + (f" ± {one.tolerance}" if one.tolerance != "0" else "") for one in body.accepted]
            return {"right": "\n".join(lines), "unit": body.unit}, []
        case Wording():
            settings = {
                "case_matters": YES if body.case_matters else "",
                "accents_matter": YES if body.accents_matter else "",
            }
            return {"right": "\n".join(body.accepted), **settings}, []
        case Order():
            return {"scoring": _written_scoring(body.scoring)}, list(body.steps)
        case Match():
            targets = [*(pair.target for pair in body.pairs), *body.others]
            prompts = [pair.prompt for pair in body.pairs]
            return {"right": "\n".join(targets), "scoring": _written_scoring(body.scoring)}, prompts
        case Hotspot():
            sides = [f"{region.x} {region.y} {region.width} {region.height}" for region in body.regions]
            named = {"picture": body.picture, "alternative": body.alternative, "regions": "\n".join(sides)}
            return {"right": _letters([region.right for region in body.regions]), **named}, [
                region.name for region in body.regions
            ]
    raise TypeError(body)


def _letters(right: Sequence[bool]) -> str:
    return ", ".join(letter for letter, is_right in zip(LETTERS, right, strict=False) if is_right)


def _written_scoring(scoring: Scoring) -> str:
    return YES if scoring is Scoring.PARTIAL else ""
