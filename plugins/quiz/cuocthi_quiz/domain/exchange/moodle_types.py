"""What GIFT and Moodle XML have in common: answers with weights, and which types they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from cuocthi.text import T
from cuocthi_quiz.domain.exchange.asides import said_in_feedback, said_in_tags
from cuocthi_quiz.domain.exchange.drafts import Draft, Unusable, once
from cuocthi_quiz.domain.exchange.entries import day_of, deduced
from cuocthi_quiz.domain.exchange.words import difficulty_of, key_of, type_of, yes_or_no
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
TRUE, FALSE = "Đúng", "Sai"
TYPES = frozenset(QuestionType) - {QuestionType.HOTSPOT}

_NO_CATEGORY = frozenset({"", "top", "$course$", "$module$", "$cat1$", "$system$"})
_ABOUT = Decimal(1)


@dataclass(frozen=True, slots=True)
class Weighted:
    """An answer with its share of the points, in per cent; ``near`` is the tolerance of a number."""

    text: str
    weight: Decimal
    near: str = "0"


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


def topic_in(path: str) -> str:
    """Return the last name of a category such as ``$course$/top/An toàn``; a stroke in a name is doubled."""
    names = [name.replace("\0", "/").strip() for name in path.replace("//", "\0").split("/")]
    named = [name for name in names if name.lower() not in _NO_CATEGORY]
    return named[-1] if named else ""


def path_of(topic: str) -> str:
    """Return the category of a topic."""
    return "$course$/top/" + topic.replace("/", "//")


# --- bodies ---------------------------------------------------------------------------------------------------------


def choice(found: Found, answers: Sequence[Weighted], *, single: bool, keep_order: bool) -> tuple[QuestionType, Choice]:
    """Return a choice among answers with weights: with one that is right, or all with a share of their own."""
    right = {at for at, answer in enumerate(answers) if answer.weight > (WHOLE - _ABOUT if single else 0)}
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
    scoring = scoring_of(found)
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
    if any("*" in answer.text for answer in whole):
        found.notes.append(T("a star in an answer stands for itself here"))
    accents = bool(yes_or_no(found.said.get("accents_matter", "")))
    case = case_matters or bool(yes_or_no(found.said.get("case_matters", "")))
    return Wording(tuple(answer.text for answer in whole), case, accents)


def number(found: Found, answers: Iterable[Weighted], unit: str = "") -> Number:
    """Return the numbers that earn everything."""
    accepted = tuple(AcceptedNumber(_comma(answer.text), _comma(answer.near)) for answer in _whole(found, answers))
    return Number(accepted, unit or found.said.get("unit", ""))


def _comma(text: str) -> str:
    """Return a number as people write it: other systems write a point for the decimals, and for nothing else."""
    return text.strip().replace(",", "").replace(".", ",") if text.count(".") <= 1 and "." in text else text.strip()


def dotted(text: str) -> str:
    """Return a number of the bank with a point for the decimals."""
    return canonical_number(text)


def _whole(found: Found, answers: Iterable[Weighted]) -> list[Weighted]:
    given = list(answers)
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
