"""What each type of question asks for beside its text, as fields of its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from flask import g
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from cuocthi.web.context import reading_context
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.kinds.hotspot import Hotspot, Region
from cuocthi_quiz.domain.kinds.placing import Match, Order, Pair
from cuocthi_quiz.domain.kinds.written import AcceptedNumber, Number, Wording
from cuocthi_quiz.domain.questions import MAX_TEXT, tidy
from cuocthi_quiz.domain.responses import MAX_WRITTEN
from cuocthi_quiz.forms.choices import choices
from cuocthi_quiz.models import MAX_OPTIONS, QuestionType
from cuocthi_quiz.queries.pictures import known_keys
from cuocthi_quiz.words import LETTERS, SCORINGS, TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPTIONS_SHOWN = 6
_PAIRS_SHOWN = 5
_NUMBERS_SHOWN = 2
_WHOLE = 1000
_ONE_A_LINE = _l("One a line.")


class BodyFields(BaseForm):
    """The fields of a type. ``parts`` names the template that shows them; without a choice of types there is one."""

    parts: ClassVar[str]
    types: ClassVar[tuple[QuestionType, ...]]

    @classmethod
    def values_of(cls, body: Any) -> dict[str, Any]:
        """Return what the fields show of a body."""
        raise NotImplementedError

    def to_type(self) -> QuestionType:
        """Return the type that was chosen."""
        return self.types[0]

    def to_body(self) -> Any:
        """Return what was entered; rows without any entry are left out."""
        raise NotImplementedError


def _text(field: Any) -> str:
    return tidy(field.data or "")


def _lines(field: Any) -> tuple[str, ...]:
    return tuple(filter(None, (tidy(line) for line in (field.data or "").splitlines())))


def _scoring_field() -> RadioField:
    return RadioField(_l("Points"), [InputRequired()], default=str(Scoring.ALL))


class OptionForm(Form):
    """An option of a question."""

    text = StringField(_l("Option"), [Optional(), Length(max=MAX_TEXT)])
    right = BooleanField(_l("right"))


class ChoiceFields(BodyFields):
    """Options to choose from."""

    parts = "choice"
    types = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.TRUE_FALSE)

    type = RadioField(_l("Kind of question"), [InputRequired()], default=str(QuestionType.SINGLE))
    options = FieldList(
        FormField(OptionForm),
        label=_l("Options; mark those that are right"),
        min_entries=_OPTIONS_SHOWN,
        max_entries=MAX_OPTIONS,
    )
    keep_order = BooleanField(
        _l("Show the options in this order on every paper"),
        description=_l("Needed where an option speaks of others, as in “A and B are both right”."),
    )
    scoring = _scoring_field()

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.type.choices = choices({type_: TYPES[type_] for type_ in self.types})
        self.scoring.choices = choices(SCORINGS)
        for letter, row in zip(LETTERS, self.options, strict=False):
            row["text"].label.text = f"{row['text'].label.text} {letter}"

    @classmethod
    def values_of(cls, body: Choice) -> dict[str, Any]:
        """Return the options with their marks."""
        return {
            "options": [{"text": option.text, "right": option.right} for option in body.options],
            "keep_order": body.keep_order,
            "scoring": str(body.scoring),
        }

    def to_type(self) -> QuestionType:
        """Return the type that was chosen."""
        return QuestionType(self.type.data)

    def to_body(self) -> Choice:
        """Return the options; those without a text and without a mark are left out."""
        options = (Option(tidy(row["text"] or ""), bool(row["right"])) for row in self.options.data)
        scoring = Scoring(self.scoring.data) if self.to_type() is QuestionType.MULTIPLE else Scoring.ALL
        return Choice(tuple(option for option in options if option.text or option.right), self.keep_order.data, scoring)


class AcceptedForm(Form):
    """A number that is right."""

    value = StringField(_l("Right number"), [Optional(), Length(max=24)])
    tolerance = StringField(_l("Tolerance, plus or minus"), [Optional(), Length(max=24)])


class NumberFields(BodyFields):
    """Numbers that are right."""

    parts = "number"
    types = (QuestionType.NUMBER,)

    accepted = FieldList(
        FormField(AcceptedForm), label=_l("Numbers that are right"), min_entries=_NUMBERS_SHOWN, max_entries=8
    )
    unit = StringField(_l("Unit of measure"), [Optional(), Length(max=40)], description=_l("Shown behind the field."))

    @classmethod
    def values_of(cls, body: Number) -> dict[str, Any]:
        """Return the numbers as Vietnamese write them."""
        accepted = [
            {"value": one.value.replace(".", ","), "tolerance": one.tolerance.replace(".", ",")}
            for one in body.accepted
        ]
        return {"accepted": accepted, "unit": body.unit}

    def to_body(self) -> Number:
        """Return the numbers; a tolerance that is left open is none."""
        rows = [(tidy(row["value"] or ""), tidy(row["tolerance"] or "")) for row in self.accepted.data]
        return Number(tuple(AcceptedNumber(value, near or "0") for value, near in rows if value), _text(self.unit))


class TextFields(BodyFields):
    """Wordings that are right."""

    parts = "text"
    types = (QuestionType.TEXT,)

    accepted = TextAreaField(
        _l("Answers that are right"), [DataRequired(), Length(max=MAX_TEXT)], description=_ONE_A_LINE
    )
    case_matters = BooleanField(_l("Capital and small letters matter"))
    accents_matter = BooleanField(_l("Accents matter"))

    @classmethod
    def values_of(cls, body: Wording) -> dict[str, Any]:
        """Return the wordings, one a line."""
        accepted = "\n".join(body.accepted)
        return {"accepted": accepted, "case_matters": body.case_matters, "accents_matter": body.accents_matter}

    def to_body(self) -> Wording:
        """Return the wordings."""
        return Wording(_lines(self.accepted), self.case_matters.data, self.accents_matter.data)


class OrderFields(BodyFields):
    """Steps in their order."""

    parts = "ordering"
    types = (QuestionType.ORDERING,)

    steps = TextAreaField(
        _l("Steps in their right order"), [DataRequired(), Length(max=MAX_TEXT)], description=_ONE_A_LINE
    )
    scoring = _scoring_field()

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.scoring.choices = choices(SCORINGS)

    @classmethod
    def values_of(cls, body: Order) -> dict[str, Any]:
        """Return the steps, one a line."""
        return {"steps": "\n".join(body.steps), "scoring": str(body.scoring)}

    def to_body(self) -> Order:
        """Return the steps."""
        return Order(_lines(self.steps), Scoring(self.scoring.data))


class PairForm(Form):
    """Two things that belong together."""

    prompt = StringField(_l("Prompt"), [Optional(), Length(max=MAX_TEXT)])
    target = StringField(_l("What belongs to it"), [Optional(), Length(max=MAX_TEXT)])


class MatchFields(BodyFields):
    """Pairs to be found."""

    parts = "matching"
    types = (QuestionType.MATCHING,)

    pairs = FieldList(
        FormField(PairForm), label=_l("What belongs together"), min_entries=_PAIRS_SHOWN, max_entries=MAX_OPTIONS
    )
    others = TextAreaField(
        _l("What belongs to none of them"), [Optional(), Length(max=MAX_TEXT)], description=_ONE_A_LINE
    )
    scoring = _scoring_field()

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.scoring.choices = choices(SCORINGS)

    @classmethod
    def values_of(cls, body: Match) -> dict[str, Any]:
        """Return the pairs, and what belongs to none."""
        pairs = [{"prompt": pair.prompt, "target": pair.target} for pair in body.pairs]
        return {"pairs": pairs, "others": "\n".join(body.others), "scoring": str(body.scoring)}

    def to_body(self) -> Match:
        """Return the pairs; empty ones are left out."""
        pairs = (Pair(tidy(row["prompt"] or ""), tidy(row["target"] or "")) for row in self.pairs.data)
        made = tuple(pair for pair in pairs if pair.prompt or pair.target)
        return Match(made, _lines(self.others), Scoring(self.scoring.data))


class RegionForm(Form):
    """A region of a picture, in thousandths of its width and height."""

    name = StringField(_l("Name of the region"), [Optional(), Length(max=MAX_WRITTEN)])
    x = IntegerField(_l("From the left"), [Optional(), NumberRange(0, _WHOLE)])
    y = IntegerField(_l("From the top"), [Optional(), NumberRange(0, _WHOLE)])
    width = IntegerField(_l("Width"), [Optional(), NumberRange(0, _WHOLE)])
    height = IntegerField(_l("Height"), [Optional(), NumberRange(0, _WHOLE)])
    right = BooleanField(_l("right"))


class HotspotFields(BodyFields):
    """A picture with its regions."""

    parts = "hotspot"
    types = (QuestionType.HOTSPOT,)

    picture = SelectField(_l("Picture"), [InputRequired()])
    alternative = TextAreaField(
        _l("What the picture shows"),
        [DataRequired(), Length(max=MAX_TEXT)],
        description=_l("For those who cannot see it; it does not say which region is right."),
    )
    regions = FieldList(
        FormField(RegionForm), label=_l("Regions; mark those that are right"), min_entries=4, max_entries=MAX_OPTIONS
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        keys = known_keys(reading_context(), campaign_id=g.campaign.id)
        self.picture.choices = select_choices([(key, key) for key in keys])

    @classmethod
    def values_of(cls, body: Hotspot) -> dict[str, Any]:
        """Return the picture with its regions."""
        names = ("name", "x", "y", "width", "height", "right")
        regions = [{name: getattr(region, name) for name in names} for region in body.regions]
        return {"picture": body.picture, "alternative": body.alternative, "regions": regions}

    def to_body(self) -> Hotspot:
        """Return the picture with its regions; those without a name and a width are left out."""
        return Hotspot(self.picture.data or "", _text(self.alternative), tuple(self._regions()))

    def _regions(self) -> Iterator[Region]:
        for row in self.regions.data:
            if row["name"] or row["width"]:
                sides = (row[side] or 0 for side in ("x", "y", "width", "height"))
                x, y, width, height = sides
                yield Region(tidy(row["name"] or ""), x, y, width, height, bool(row["right"]))


FIELDS: tuple[type[BodyFields], ...] = (ChoiceFields, NumberFields, TextFields, OrderFields, MatchFields, HotspotFields)
