"""The part of a set's form that says by which formula units win: steps, weights, least rates by size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import FieldList, Form, FormField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_prizes.fields import PercentField
from cuocthi_prizes.formula import (
    MAX_BANDS,
    MAX_NUMBER,
    MAX_STEPS,
    MAX_WEIGHT,
    Band,
    Formula,
    UnitMeasure,
    Weight,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

MEASURES = {
    UnitMeasure.PERSONS: _l("Persons who took part"),
    UnitMeasure.WINNERS: _l("Individual prizes of its people in the same list"),
    UnitMeasure.RATE: _l("Rate: persons out of those entitled"),
    UnitMeasure.MEAN: _l("Mean points of its persons"),
    UnitMeasure.WEIGHTED: _l("Weighted score, by the weights below"),
}
#: What has a weight: everything but the weighted score itself.
_WEIGHED = [UnitMeasure.RATE, UnitMeasure.MEAN, UnitMeasure.PERSONS, UnitMeasure.WINNERS]


def _choices(measures: Iterable[UnitMeasure]) -> Any:
    return select_choices((measure.value, MEASURES[measure]) for measure in measures)


class StepRow(Form):
    """One step of the comparison."""

    measure = SelectField(_l("Measure"), [InputRequired()], choices=_choices(UnitMeasure))


class WeightRow(Form):
    """How much a measure counts in the weighted score."""

    measure = SelectField(_l("Measure"), [InputRequired()], choices=_choices(_WEIGHED))
    weight = IntegerField(_l("Weight"), [InputRequired(), NumberRange(1, MAX_WEIGHT)])


class BandRow(Form):
    """The least rate of units from a size on."""

    headcount = IntegerField(_l("From how many people entitled"), [InputRequired(), NumberRange(0, MAX_NUMBER)])
    rate = PercentField(_l("Least rate"), [InputRequired()])


class FormulaForm(BaseForm):
    """The fields of a formula; without any step the prizes are given by decision alone."""

    by = FieldList(
        FormField(StepRow),
        label=_l("By what units are compared"),
        description=_l(
            "By the first measure; where units are equal, by the next. Without any, the organising committee gives the "
            "prizes by decision, after the results."
        ),
        max_entries=MAX_STEPS,
    )
    weights = FieldList(
        FormField(WeightRow),
        label=_l("Weights of the weighted score"),
        description=_l(
            "A rate counts out of 1, a mean out of the maximum score, persons and prizes out of the most in the same "
            "block."
        ),
        max_entries=len(_WEIGHED),
    )
    bands = FieldList(
        FormField(BandRow),
        label=_l("Least rates by size"),
        description=_l(
            "For instance 30 from 0 people, 25 from 50. Where there are any, a unit whose number of people entitled "
            "is not known wins nothing by the formula."
        ),
        max_entries=MAX_BANDS,
    )
    least_persons = IntegerField(_l("Persons who have to take part at least"), [Optional(), NumberRange(1, MAX_NUMBER)])
    least_winners = IntegerField(
        _l("Individual prizes that its people must have at least"),
        [Optional(), NumberRange(0, MAX_NUMBER)],
        description=_l("Those of the same list: of this prize set, in the same round."),
    )

    @staticmethod
    def of_formula(formula: Formula) -> dict[str, Any]:
        """Return the data of these fields for a formula."""
        return {
            "by": [{"measure": measure.value} for measure in formula.by],
            "weights": [{"measure": one.measure.value, "weight": one.weight} for one in formula.weights],
            "bands": [{"headcount": one.headcount, "rate": one.rate} for one in formula.bands],
            "least_persons": formula.least_persons if formula.least_persons > 1 else None,
            "least_winners": formula.least_winners or None,
        }

    def to_formula(self) -> Formula:
        """Return the formula that was entered; raises SettingsError for one that cannot be computed."""
        return Formula(
            by=tuple(UnitMeasure(row["measure"]) for row in self.by.data),
            weights=tuple(Weight(UnitMeasure(row["measure"]), row["weight"]) for row in self.weights.data),
            bands=tuple(Band(row["headcount"], row["rate"]) for row in self.bands.data),
            least_persons=self.least_persons.data or 1,
            least_winners=self.least_winners.data or 0,
        )
