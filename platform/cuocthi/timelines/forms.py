"""Forms of the timeline. Times are entered in local time, as people write them: 17h00, 24h00."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from wtforms import (
    DateField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from cuocthi.errors import DomainError
from cuocthi.text import T, Text
from cuocthi.timelines.domain import PhaseDraft
from cuocthi.timelines.drawing import KIND_TITLES, WEEKDAYS
from cuocthi.timelines.localtime import day_and_time, moment_on, spoken
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.moving import Move, by_days
from cuocthi.timelines.patterns import LONGEST, MOST_ROUNDS, Pattern, Rhythm
from cuocthi.timelines.windows import Times
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.contributions import ContestFormat
    from cuocthi.timelines.models import Phase
    from cuocthi.units.models import Unit

_MAX_WINDOWS = 60
#: How many days a phase is moved by at once.
_FARTHEST = 3660
_ANY_DAY = date(2024, 1, 1)
_REMOVED = "removed"
_RHYTHMS: dict[Rhythm, Text] = {
    Rhythm.WEEKS: T("Every week, from the same weekday"),
    Rhythm.DAYS: T("Every day, or on the days of the week chosen below: a round each"),
    Rhythm.MONTHS: T("Every month, from the same day of the month"),
    Rhythm.MONTH_WEEKDAYS: T("Every month, from the same weekday (“the second Monday”)"),
}


def is_clock(_form: Form, field: StringField) -> None:
    """Refuse what is no time of day, at its field; an empty one is for others to judge."""
    try:
        if field.data:
            moment_on(_ANY_DAY, field.data)
    except DomainError as error:
        raise StopValidation(translate(error.message)) from error


def _needed_in_row(form: Form, field: DateField) -> None:
    """Ask for a day where anything else of the row was entered."""
    if field.data or any(text.strip() for text in field.raw_data or ()):
        return
    field.errors = []  # the field itself takes nothing for a day that cannot be
    if any(form.data.values()):
        raise StopValidation(_("Each window needs the day on which it opens and the day on which it closes."))
    raise StopValidation


class WindowForm(BaseForm):
    """One span; a row that is wholly empty is left out. The form around it carries the token."""

    class Meta(BaseForm.Meta):
        """As of every form, but for the token."""

        csrf = False

    opens_on = DateField(_l("Opens on"), [_needed_in_row])
    opens_time = StringField(_l("at"), [Optional(), Length(max=15), is_clock])
    closes_on = DateField(_l("Closes on"), [_needed_in_row])
    closes_time = StringField(_l("at"), [Optional(), Length(max=15), is_clock])
    unit = StringField(_l("Only for the unit"), [Optional(), Length(max=200)])


class PhaseForm(BaseForm):
    """The words and windows of a phase."""

    title = StringField(_l("Title"), [DataRequired(), Length(max=200)])
    description = TextAreaField(_l("Description"), [Length(max=2000)])
    windows = FieldList(FormField(WindowForm), label=_l("Windows of time"), max_entries=_MAX_WINDOWS)

    @classmethod
    def of(cls, phase: Phase, units: Mapping[int, Unit]) -> PhaseForm:
        """Return the form filled with a phase, with an empty row for one more window; ``units`` are those it names."""
        rows = [
            _row(window.opens_at, window.closes_at)
            | {"unit": "" if window.unit_id is None else units[window.unit_id].code}
            for window in phase.windows
        ]
        return cls(data={"title": phase.title, "description": phase.description, "windows": [*rows, {}]})

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; what is wrong in a row stands at its field, and once for all rows at the windows."""
        valid = bool(super().validate(extra_validators))
        wrong = [message for row in self.windows for messages in row.errors.values() for message in messages]
        self.windows.errors = list(dict.fromkeys(wrong))
        return valid

    def to_windows(self, meant: Callable[[str], Unit | None]) -> list[Times]:
        """Return the windows entered; ``meant`` finds the unit that is written in a row.

        Raises DomainError for a moment beyond the calendar, and what ``meant`` raises.
        """
        return [_times(row, meant) for row in self.windows.data if any(row.values())]


class NewPhaseForm(PhaseForm):
    """A phase to be added; ``source`` and ``number`` only for a round."""

    kind = SelectField(_l("Kind"))
    source = SelectField(_l("Contest format"), [Optional()], description=_l("Only for a round."))
    number = IntegerField(
        _l("Number of the round"),
        [Optional(), NumberRange(1, 1000)],
        description=_l("Only for a round; where it is empty, the next one."),
    )

    def offer(self, formats: Sequence[ContestFormat]) -> None:
        """Let the kinds, and the enabled contest formats, be chosen from."""
        self.kind.choices = select_choices((kind.value, translate(title)) for kind, title in KIND_TITLES.items())
        self.source.choices = select_choices([("", _l("None")), *_format_choices(formats)])

    def to_draft(self, meant: Callable[[str], Unit | None]) -> PhaseDraft:
        """Return the phase entered. Raises as :meth:`to_windows`."""
        return PhaseDraft(
            kind=PhaseKind(self.kind.data),
            title=(self.title.data or "").strip(),
            windows=self.to_windows(meant),
            description=self.description.data or "",
            source=self.source.data or "",
            number=self.number.data,
        )


class RoundsForm(BaseForm):
    """Rounds that come again and again; the fields have the names of :class:`Pattern`."""

    title = StringField(
        _l("Name of the rounds"),
        [DataRequired(), Length(max=150)],
        description=_l("The number follows: from “Week” come Week 1, Week 2 and so on."),
    )
    source = SelectField(_l("Contest format"))
    rhythm = RadioField(_l("How often"))
    first = DateField(_l("First day of the first round"), [DataRequired()])
    number = IntegerField(_l("How many rounds"), [InputRequired(), NumberRange(1, MOST_ROUNDS)])
    opens = StringField(_l("Opens at"), [DataRequired(), Length(max=15), is_clock])
    closes = StringField(_l("Closes at"), [DataRequired(), Length(max=15), is_clock])
    days = IntegerField(_l("Closes so many days after opening"), [InputRequired(), NumberRange(0, LONGEST)])
    weekdays = SelectMultipleField(
        _l("Open only on these days of the week"),
        [Optional()],
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("Leave all unticked for every day. Otherwise it opens and closes on each of these days."),
    )

    def offer(self, formats: Sequence[ContestFormat]) -> None:
        """Let the enabled contest formats, the rhythms and the days of the week be chosen from."""
        self.source.choices = select_choices(_format_choices(formats))
        self.rhythm.choices = select_choices((rhythm.value, translate(title)) for rhythm, title in _RHYTHMS.items())
        self.weekdays.choices = select_choices((day, translate(title)) for day, title in enumerate(WEEKDAYS))

    def to_pattern(self) -> Pattern:
        """Return the pattern entered; the form must have been found valid."""
        return Pattern(
            rhythm=Rhythm(self.rhythm.data),
            first=self.first.data or _ANY_DAY,
            number=self.number.data or 0,
            opens=self.opens.data or "",
            closes=self.closes.data or "",
            days=self.days.data or 0,
            weekdays=frozenset(self.weekdays.data or ()),
        )


class MoveForm(BaseForm):
    """Which phases are moved, and by how much; back by a negative number."""

    by = IntegerField(
        _l("Move by"),
        [InputRequired(), NumberRange(-_FARTHEST, _FARTHEST)],
        description=_l("A negative number moves them back."),
    )
    unit = SelectField(_l("Days or weeks"))
    phases = SelectMultipleField(
        _l("Phases"),
        [DataRequired(_l("Please choose the phases that are to be moved."))],
        coerce=int,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, phases: Sequence[tuple[int, str]]) -> None:
        """Let the phases be chosen from."""
        self.unit.choices = select_choices([("7", _("weeks")), ("1", _("days"))])
        self.phases.choices = select_choices(phases)

    def to_move(self) -> Move:
        """Return the move entered; none for what is no number."""
        return by_days((self.by.data or 0) * int(self.unit.data or 1))


class ReasonForm(BaseForm):
    """Why something is done; kept in the audit log."""

    reason = TextAreaField(
        _l("Reason"), [DataRequired(), Length(max=400)], description=_l("It is kept in the audit log.")
    )


class ExtendForm(ReasonForm):
    """A later closing moment, the document by which it is, and why. ``unit`` is a name or a code."""

    unit = StringField(
        _l("Only for the unit"),
        [Optional(), Length(max=200)],
        description=_l(
            "Name or code; units below it are included. Its people then go by its own times alone. "
            "Without a unit the round is extended for all who go by no times of their own."
        ),
    )
    closes_on = DateField(_l("New closing day"), [DataRequired()])
    closes = StringField(
        _l("New closing time"),
        [DataRequired(), Length(max=15), is_clock],
        description=_l("For instance 17h00 or 24h00."),
    )
    symbol = StringField(
        _l("Number and symbol of the document"),
        [DataRequired(), Length(max=60)],
        description=_l("For instance 52/KH-STTTT."),
    )
    issued_on = DateField(_l("Day of the document"), [DataRequired()])

    @property
    def closes_at(self) -> datetime:
        """The moment entered; the form must have been found valid."""
        return moment_on(self.closes_on.data or _ANY_DAY, self.closes.data or "")


class RemoveForm(BaseForm):
    """What is to become of the tasks of a phase that is removed: a phase's number, or that they go along."""

    tasks = SelectField(_l("What is to become of them"), [InputRequired()])

    def offer(self, others: Sequence[Phase]) -> None:
        """Let the tasks be moved to one of the other phases, or be removed."""
        moved = [(str(phase.id), _("Move them to “%(title)s”; their days stay", title=phase.title)) for phase in others]
        self.tasks.choices = select_choices([("", "–"), *moved, (_REMOVED, _("Remove them too"))])

    def target(self, others: Sequence[Phase]) -> Phase | None:
        """Return the phase to which the tasks are moved, None if they are removed; the form must be valid."""
        return next((phase for phase in others if str(phase.id) == self.tasks.data), None)


def _format_choices(formats: Sequence[ContestFormat]) -> list[tuple[str, str]]:
    return [(item.source, translate(item.title)) for item in formats]


def _row(opens: datetime, closes: datetime) -> dict[str, object]:
    opens_on, opens_time = day_and_time(opens, closing=False)
    closes_on, closes_time = day_and_time(closes, closing=True)
    return {
        "opens_on": opens_on,
        "opens_time": spoken(opens_time),
        "closes_on": closes_on,
        "closes_time": spoken(closes_time),
    }


def _times(row: dict[str, Any], meant: Callable[[str], Unit | None]) -> Times:
    try:
        unit = meant(row["unit"] or "")
        return Times(
            moment_on(row["opens_on"], row["opens_time"] or "00h00"),
            moment_on(row["closes_on"], row["closes_time"] or "24h00"),
            None if unit is None else unit.id,
        )
    except DomainError as error:  # a day beyond the calendar, or a unit that is not there
        raise DomainError(error.message, field="windows") from error
