"""Forms of the standings' staff pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import BooleanField, FieldList, Form, FormField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import TextArea

from cuocthi.contributions import Direction
from cuocthi.documents.lines import to_choose
from cuocthi.standings.criteria import (
    MAX_ADMITTED,
    MAX_LOT_MINUTES,
    MAX_OBJECTION_HOURS,
    Admission,
    Counted,
    Criterion,
    RankingRules,
    Within,
)
from cuocthi.standings.models import MAX_CRITERIA
from cuocthi.standings.outlook import MOST_ENTRIES, MOST_PERSONS, MOST_PLACES
from cuocthi.web.fields import PercentField, select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cuocthi.contributions import Measure
    from cuocthi.documents.models import Document

BETTER = {Direction.HIGHEST: _l("the higher"), Direction.LOWEST: _l("the lower")}
COUNTED = {
    Counted.BEST: _l("the best, by these very criteria"),
    Counted.FIRST: _l("the first"),
    Counted.LAST: _l("the last"),
    Counted.MEAN: _l("all of them, by their mean"),
}
WITHIN = {
    Within.ALL: _l("all together"),
    Within.DIVISION: _l("each division"),
    Within.UNIT: _l("each unit"),
}
#: The name of the field that carries what a person has seen, so that nobody confirms something else.
SEEN = "seen"


class ReasonForm(BaseForm):
    """Why a person's entries shall count no longer, or again."""

    reason = StringField(
        _l("Reason"),
        [InputRequired(_l("Please give the reason.")), Length(max=400)],
        description=_l("It is kept on record and shown to the committees."),
        widget=TextArea(),
    )
    document = SelectField(
        _l("Document by which this is corrected"), [InputRequired(_l("Please choose the document."))], coerce=int
    )

    def ask_for_document(self, documents: Iterable[Document], *, archived: bool) -> None:
        """Let a registered document be chosen in an archived campaign; before, none is asked for."""
        if archived:
            self.document.choices = select_choices(to_choose(documents))
        else:
            del self.document


class ReadmissionForm(BaseForm):
    """Why the appointment that bars a person was an error."""

    reason = StringField(
        _l("Why the appointment was an error"),
        [InputRequired(_l("Please give the reason.")), Length(max=400)],
        widget=TextArea(),
    )


class OutlookForm(BaseForm):
    """For how many persons and prizes ties are counted; it stands in the address, and changes nothing."""

    class Meta(BaseForm.Meta):
        """A question has no token."""

        csrf = False

    persons = IntegerField(
        _l("Persons who take part"),
        [InputRequired(_l("Please enter a number.")), NumberRange(1, MOST_PERSONS)],
        description=_l("How many you expect."),
    )
    places = IntegerField(
        _l("Number of prizes"),
        [InputRequired(_l("Please enter a number.")), NumberRange(1, MOST_PLACES)],
        description=_l("The place where the last of them falls is looked at."),
    )
    entries = IntegerField(
        _l("Entries of each person"),
        [Optional(), NumberRange(1, MOST_ENTRIES)],
        description=_l("How many each person makes on average, where the best one counts."),
    )


class CriterionForm(Form):
    """One step of the comparison."""

    key = SelectField(_l("Measure"))
    direction = SelectField(
        _l("Better is"),
        choices=select_choices([("", _l("as usual")), *((one.value, words) for one, words in BETTER.items())]),
        default="",
    )
    gate = BooleanField(_l("Only who has this can win"))


#: By what it is limited who takes part in a round.
_ADMITTING = ("best", "share", "pass_mark")


class RulesForm(BaseForm):
    """The ranking rules of a round, with ``following`` of the rounds of its format after it."""

    criteria = FieldList(FormField(CriterionForm), _l("Criteria"), min_entries=MAX_CRITERIA, max_entries=MAX_CRITERIA)
    counted = RadioField(
        _l("Which entry of a person counts"),
        choices=select_choices((one.value, words) for one, words in COUNTED.items()),
    )
    public_places = IntegerField(
        _l("Places on the public page"),
        [InputRequired(), NumberRange(0, 1_000)],
        description=_l("By contest number and unit, without names; 0 shows none."),
    )
    objection_hours = IntegerField(
        _l("Hours for objections"),
        [Optional(), NumberRange(0, MAX_OBJECTION_HOURS)],
        description=_l(
            "So long a submitted ranking is public as the provisional one before it can be adopted; 0: not at all."
        ),
    )
    lot_minutes = IntegerField(
        _l("Minutes between opening a lot and its first part"),
        [InputRequired(), NumberRange(0, MAX_LOT_MINUTES)],
        description=_l("So long the list of entrants is committed to in public before anybody may enter a part."),
    )
    of = SelectField(
        _l("Only for the best of"),
        default="",
        description=_l("By the adopted ranking of this round. Whoever equals the last one takes part too."),
    )
    best = IntegerField(_l("So many of the best"), [Optional(), NumberRange(0, MAX_ADMITTED)])
    share = PercentField(_l("So many per cent of those ranked"), description=_l("Rounded down."))
    within = SelectField(
        _l("Counted within"),
        choices=select_choices((one.value, words) for one, words in WITHIN.items()),
        default=Within.ALL.value,
    )
    pass_mark = PercentField(_l("From how many per cent of the points on"))
    following = BooleanField(_l("The rounds after it, too"))

    def offer(self, measures: Sequence[tuple[str, str]], rounds: Sequence[tuple[str, str]]) -> None:
        """Let every step choose among these measures, or none; and the round by which people are admitted."""
        for step in self.criteria:
            step.form.key.choices = select_choices([("", "–"), *measures])
        self.of.choices = select_choices([("", _l("Nobody is left out")), *rounds])

    def show(self, rules: RankingRules) -> None:
        """Fill the form from ranking rules."""
        for step, criterion in zip(self.criteria, rules.criteria, strict=False):
            step.form.key.data = criterion.key
            step.form.direction.data = criterion.direction.value
            step.form.gate.data = criterion.gate
        self.counted.data = rules.counted.value
        self.public_places.data = rules.public_places
        self.objection_hours.data = rules.objection_hours
        self.lot_minutes.data = rules.lot_minutes
        self.of.data, self.within.data = rules.admission.of, rules.admission.within.value
        for name in _ADMITTING:
            self[name].data = getattr(rules.admission, name) or None

    def rules(self, measures: Mapping[str, Measure]) -> RankingRules:
        """Return the rules as entered; empty steps are passed over. Raises SettingsError.

        Where nothing is chosen of what is better, the measure says it.
        """
        steps: list[Any] = [step.form for step in self.criteria if step.form.key.data]
        criteria = tuple(
            Criterion(
                step.key.data, Direction(step.direction.data or measures[step.key.data].direction), gate=step.gate.data
            )
            for step in steps
        )
        return RankingRules(
            criteria,
            Counted(self.counted.data),
            int(self.public_places.data or 0),
            int(self.objection_hours.data or 0),
            int(self.lot_minutes.data or 0),
            Admission(
                self.of.data or "",
                within=Within(self.within.data),
                **{name: int(self[name].data or 0) for name in _ADMITTING},
            ),
        )
