"""Questions of every type as Hypothesis makes them."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.kinds.hotspot import Hotspot, Region
from cuocthi_quiz.domain.kinds.placing import Match, Order, Pair
from cuocthi_quiz.domain.kinds.written import AcceptedNumber, Number, Wording
from cuocthi_quiz.domain.questions import QuestionData, SecondReading, tidy
from cuocthi_quiz.models import MAX_OPTIONS, Difficulty, QuestionType

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).map(tidy).filter(bool)
keys = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,5}){0,2}", fullmatch=True)
readings = st.builds(
    SecondReading, verdict=texts, read=texts, note=st.just("") | texts, on=st.dates(date(2000, 1, 1), date(2100, 1, 1))
)
scorings = st.sampled_from(Scoring)
numbers = st.decimals(-(10**9), 10**9, places=3, allow_nan=False).map(lambda number: f"{number:f}")
several = st.lists(texts, min_size=2, max_size=MAX_OPTIONS, unique=True)


@st.composite
def choices(draw: st.DrawFn, type_: QuestionType) -> Choice:
    most = 2 if type_ is QuestionType.TRUE_FALSE else MAX_OPTIONS
    options = draw(st.lists(texts, min_size=2, max_size=most, unique=True))
    places = st.sampled_from(range(len(options)))
    right = draw(st.sets(places, min_size=1)) if type_ is QuestionType.MULTIPLE else {draw(places)}
    return Choice(
        tuple(Option(text, place in right) for place, text in enumerate(options)),
        keep_order=draw(st.booleans()),
        scoring=draw(scorings) if type_ is QuestionType.MULTIPLE else Scoring.ALL,
    )


@st.composite
def matches(draw: st.DrawFn) -> Match:
    prompts = draw(several)
    targets = draw(st.lists(texts, min_size=2, max_size=MAX_OPTIONS, unique=True))
    pairs = tuple(Pair(prompt, draw(st.sampled_from(targets))) for prompt in prompts)
    used = {pair.target for pair in pairs}
    return Match(pairs, tuple(sorted(text for text in targets if text not in used)), draw(scorings))


@st.composite
def hotspots(draw: st.DrawFn) -> Hotspot:
    names = draw(several)
    right = draw(st.sets(st.sampled_from(range(len(names))), min_size=1))
    regions = []
    for place, name in enumerate(names):
        x, y = draw(st.integers(0, 999)), draw(st.integers(0, 999))
        width, height = draw(st.integers(1, 1000 - x)), draw(st.integers(1, 1000 - y))
        regions.append(Region(name, x, y, width, height, place in right))
    return Hotspot(draw(keys), draw(texts), tuple(regions))


def bodies(type_: QuestionType) -> st.SearchStrategy[Any]:
    accepted = st.builds(AcceptedNumber, value=numbers, tolerance=st.just("0") | numbers.map(lambda n: n.lstrip("-")))
    return {
        QuestionType.SINGLE: choices(type_),
        QuestionType.MULTIPLE: choices(type_),
        QuestionType.TRUE_FALSE: choices(type_),
        QuestionType.NUMBER: st.builds(
            Number, accepted=st.lists(accepted, min_size=1, max_size=3).map(tuple), unit=st.just("") | st.just("đồng")
        ),
        QuestionType.TEXT: st.builds(
            Wording, accepted=st.tuples(texts), case_matters=st.booleans(), accents_matter=st.booleans()
        ),
        QuestionType.ORDERING: st.builds(Order, steps=several.map(tuple), scoring=scorings),
        QuestionType.MATCHING: matches(),
        QuestionType.HOTSPOT: hotspots(),
    }[type_]


@st.composite
def questions(draw: st.DrawFn, types: Any = QuestionType) -> QuestionData:
    type_ = draw(st.sampled_from(types))
    return QuestionData(
        key=draw(keys),
        topic="safety",
        difficulty=draw(st.sampled_from(Difficulty)),
        type=type_,
        text=draw(texts),
        body=draw(bodies(type_)),
        explanation=draw(texts),
        source=draw(texts),
        true_as_of=draw(st.dates(date(2000, 1, 1), date(2100, 1, 1))),
        second_reading=draw(st.none() | readings),
        draft=draw(st.booleans()),
    )
