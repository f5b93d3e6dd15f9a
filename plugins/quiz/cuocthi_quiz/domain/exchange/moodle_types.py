"""What GIFT and Moodle XML have in common: answers with weights, and which types they make."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from cuocthi.text import T
from cuocthi_quiz.domain.exchange.album import Album
from cuocthi_quiz.domain.exchange.asides import plain_tags, said_in_feedback, said_in_tags
from cuocthi_quiz.domain.exchange.drafts import Draft, Unusable, once
from cuocthi_quiz.domain.exchange.entries import day_of, deduced
from cuocthi_quiz.domain.exchange.tally import Aside
from cuocthi_quiz.domain.exchange.words import FALSE, TRUE, difficulty_of, key_of, type_of, yes_or_no
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.kinds.placing import Match, Order, Pair
from cuocthi_quiz.domain.kinds.written import AcceptedNumber, Number, Wording
from cuocthi_quiz.domain.responses import canonical_number
from cuocthi_quiz.models import QuestionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cuocthi.text import Text

WHOLE = Decimal(100)
TYPES = frozenset(QuestionType) - {QuestionType.HOTSPOT}

_NO_CATEGORY = frozenset({"", "top", "$course$", "$module$", "$cat1$", "$system$"})
_ABOUT = Decimal(1)
#: A star in an answer of Moodle that stands for any letters.
_ANY_LETTERS = re.compile(r"(?<!\\)\*")
#: A number with a power of ten that can be written out.
_POWER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?[eE][+-]?[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class Weighted:
    """An answer with its share of the points, in per cent; ``near`` is the tolerance of a number.

    ``feedback`` is what somebody reads who has given it.
    """

    text: str
    weight: Decimal
    near: str = "0"
    feedback: str = ""


@dataclass
class Found:
    """A question as it is found in a file."""

    place: Text
    text: str = ""
    key: str = ""
    topic: str = ""
    feedback: str = ""
    tags: list[str] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    album: Album = field(default_factory=lambda: Album({}))
    asides: set[Aside] = field(default_factory=set)

    @property
    def said(self) -> dict[str, str]:
        """What its tags tell."""
        return said_in_tags(self.tags)


def draft_from(found: Found, type_: QuestionType, body: Any) -> Draft:
    """Return the draft that a question makes. Raises Unusable."""
    told = said_in_feedback(found.feedback)
    day = told.get("true_as_of", "")
    return Draft(
        place=found.place,
        type=type_,
        text=found.text,
        body=body,
        key=key_of(found.key),
        topic=found.topic,
        difficulty=difficulty_of(found.said.get("difficulty", "")),
        explanation=told["explanation"],
        source=told.get("source", ""),
        true_as_of=day_of(day) if day else None,
        tags=plain_tags(found.tags),
        division=found.said.get("division", ""),
        group=key_of(found.said.get("group", "")),
        group_text=told.get("group_text", ""),
        for_practice=bool(yes_or_no(found.said.get("for_practice", ""))),
        notes=once(found.notes),
    )


def weight_of(text: str) -> Decimal:
    """Return a share in per cent. Raises Unusable for what is no number."""
    try:
        weight = Decimal(text.strip() or "0")
    except InvalidOperation as error:
        raise Unusable(T("“%(text)s” is no share of the points", text=text[:20])) from error
    if not weight.is_finite():
        raise Unusable(T("“%(text)s” is no share of the points", text=text[:20]))
    return weight


def explain(found: Found, answers: Sequence[Weighted]) -> None:
    """Let the feedback of what is right explain a question that has none of its own; note that of other answers."""
    right = dict.fromkeys(answer.feedback for answer in answers if answer.feedback and answer.weight > 0)
    told = not found.feedback and bool(right)
    if told:
        found.feedback = "\n\n".join(right)
    if not any(answer.feedback for answer in answers if not told or answer.weight <= 0):
        return
    if told:
        found.notes.append(T("the feedback of right answers becomes the explanation; that of others is not taken over"))
    else:
        found.notes.append(T("the feedback of single answers is not taken over"))


def costing(found: Found, answers: Iterable[Weighted]) -> None:
    """Note that answers take points away, where here they earn none and no more."""
    if any(answer.weight < 0 for answer in answers):
        found.asides.add(Aside.NEGATIVE)


def topic_in(path: str) -> str:
    """Return the last name of a category such as ``$course$/top/An toàn``; a stroke in a name is doubled."""
    names = [name.replace("\0", "/").strip() for name in path.replace("//", "\0").split("/")]
    named = [name for name in names if name.lower() not in _NO_CATEGORY]
    return named[-1] if named else ""


def path_of(topic: str) -> str:
    """Return the category of a topic."""
    return "$course$/top/" + topic.replace("/", "//")


# --- bodies ---------------------------------------------------------------------------------------------------------


def choice(
    found: Found, answers: Sequence[Weighted], *, single: bool, keep_order: bool, scoring: Scoring | None = None
) -> tuple[QuestionType, Choice]:
    """Return a choice among answers with weights: with one that is right, or all with a share of their own.

    ``scoring`` is how several are scored, where that does not follow from their shares or a tag.
    """
    right = {at for at, answer in enumerate(answers) if answer.weight > (WHOLE - _ABOUT if single else 0)}
    if single:
        costing(found, answers)
    if single and any(0 < answer.weight < WHOLE - _ABOUT for answer in answers):
        found.notes.append(T("an option that earns a part of the points earns none here"))
    options = tuple(Option(answer.text, at in right) for at, answer in enumerate(answers))
    kept = bool(yes_or_no(found.said.get("keep_order", "")))
    if single:
        texts = [answer.text for answer in answers]
        type_ = deduced(texts, right) if len(right) == 1 else QuestionType.SINGLE
        if type_of(found.said.get("type", "")) in {QuestionType.SINGLE, QuestionType.TRUE_FALSE}:
            type_ = type_of(found.said["type"]) or type_
        # What is true or false never changes places.
        return type_, Choice(options, kept or (keep_order and type_ is not QuestionType.TRUE_FALSE))
    kept = kept or keep_order
    scoring = scoring or scoring_of(found)
    if scoring is Scoring.PARTIAL and not _is_even(answers, right):
        found.notes.append(T("the shares of the points become equal: each wrong option takes away what it is worth"))
    return QuestionType.MULTIPLE, Choice(options, kept, scoring)


def _is_even(answers: Sequence[Weighted], right: set[int]) -> bool:
    shares = weights([at in right for at in range(len(answers))])
    return all(abs(answer.weight - share) < _ABOUT for answer, share in zip(answers, shares, strict=True))


def weights(right: Sequence[bool]) -> list[Decimal]:
    """Return the share of each option of a question that gives points for a part, in per cent."""
    earning, costing = sum(right), len(right) - sum(right)
    return [round(WHOLE / earning, 5) if is_right else -round(WHOLE / costing, 5) for is_right in right]


def strict(right: Sequence[bool]) -> list[Decimal]:
    """Return the share of each option with which one wrong option takes everything away, in per cent."""
    return [share if share > 0 else -WHOLE for share in weights(right)]


def scoring_of(found: Found) -> Scoring:
    """Return how a question is scored: by parts, as there, unless a tag says otherwise."""
    said = found.said.get("scoring")
    return Scoring.PARTIAL if said is None or yes_or_no(said) else Scoring.ALL


def true_or_false(right: bool) -> Choice:  # noqa: FBT001 - the answer
    """Return the body of a statement that is true or false."""
    return Choice((Option(TRUE, right), Option(FALSE, not right)))


def wording(found: Found, answers: Iterable[Weighted], *, case_matters: bool) -> Wording:
    """Return the wordings that earn everything."""
    whole = _whole(found, answers)
    patterns = [answer.text for answer in whole if _ANY_LETTERS.search(answer.text)]
    accepted = [answer.text.replace("\\*", "*") for answer in whole if answer.text not in patterns]
    if patterns and not accepted:
        raise Unusable(T("“%(text)s” stands for many answers; please write out those that are right", text=patterns[0]))
    found.notes += [T("the pattern “%(text)s” is not taken over", text=text[:80]) for text in patterns]
    accents = bool(yes_or_no(found.said.get("accents_matter", "")))
    case = case_matters or bool(yes_or_no(found.said.get("case_matters", "")))
    return Wording(tuple(accepted), case, accents)


def starred(text: str) -> str:
    """Return an answer as Moodle has it, where a star without a backslash stands for any letters."""
    return text.replace("*", "\\*")


def number(found: Found, answers: Iterable[Weighted], unit: str = "") -> Number:
    """Return the numbers that earn everything."""
    accepted = tuple(AcceptedNumber(_comma(answer.text), _comma(answer.near)) for answer in _whole(found, answers))
    return Number(accepted, unit or found.said.get("unit", ""))


def _comma(text: str) -> str:
    """Return a number as people write it: other systems write a point for the decimals, and for nothing else."""
    text = text.strip()
    if _POWER.fullmatch(text):
        return f"{Decimal(text):f}".replace(".", ",")
    return text.replace(",", "").replace(".", ",") if text.count(".") == 1 else text


def dotted(text: str) -> str:
    """Return a number of the bank with a point for the decimals."""
    return canonical_number(text)


def _whole(found: Found, answers: Iterable[Weighted]) -> list[Weighted]:
    given = list(answers)
    costing(found, given)
    whole = [answer for answer in given if answer.weight > WHOLE - _ABOUT]
    if any(0 < answer.weight <= WHOLE - _ABOUT for answer in given):
        found.notes.append(T("an answer that earns a part of the points is not accepted here"))
    return whole


def matching(found: Found, pairs: Iterable[tuple[str, str]]) -> Match:
    """Return the pairs; a target without a prompt belongs to none."""
    given = list(pairs)
    made = tuple(Pair(prompt, target) for prompt, target in given if prompt)
    belonging = {pair.target for pair in made}
    others = sorted(target for prompt, target in given if not prompt and target not in belonging)
    return Match(made, tuple(others), scoring_of(found))


def ordering(found: Found, steps: Iterable[str]) -> Order:
    """Return the steps in their order."""
    return Order(tuple(steps), scoring_of(found))


def is_plain_true_false(body: Choice) -> bool:
    """Tell whether options are those that other systems show for true and false."""
    return [option.text for option in body.options] == [TRUE, FALSE] and not body.keep_order
