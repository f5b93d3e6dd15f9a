"""Forms of the timeline. Times are entered in local time, as people write them: 17h00, 24h00."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wtforms import DateField, FieldList, Form, FormField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.timelines.localtime import day_and_time, moment_on
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.windows import Times
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l

if TYPE_CHECKING:
    from cuocthi.timelines.models import Phase

_MAX_WINDOWS = 60
KINDS = [
    (PhaseKind.PREPARATION.value, _l("Preparation")),
    (PhaseKind.LAUNCH.value, _l("Launch")),
    (PhaseKind.CONTEST.value, _l("Round of the contest")),
    (PhaseKind.JUDGING.value, _l("Judging and adoption of results")),
    (PhaseKind.CEREMONY.value, _l("Closing ceremony")),
]


class WindowForm(Form):
    """One span; a row that is wholly empty is left out."""

    opens_on = DateField(_l("Opens on"), [Optional()])
    opens_time = StringField(_l("at"), [Optional(), Length(max=15)])
    closes_on = DateField(_l("Closes on"), [Optional()])
    closes_time = StringField(_l("at"), [Optional(), Length(max=15)])


class PhaseForm(BaseForm):
    """The words and windows of a phase."""

    title = StringField(_l("Title"), [DataRequired(), Length(max=200)])
    description = TextAreaField(_l("Description"), [Length(max=2000)])
    windows = FieldList(FormField(WindowForm), max_entries=_MAX_WINDOWS)

    @classmethod
    def of(cls, phase: Phase) -> PhaseForm:
        """Return the form filled with a phase, with an empty row for one more window."""
        rows = [_row(window.opens_at, window.closes_at) for window in phase.windows]
        return cls(data={"title": phase.title, "description": phase.description, "windows": [*rows, {}]})

    def to_windows(self) -> list[Times]:
        """Return the windows entered; raises DomainError for an incomplete row or what is no time."""
        return [_times(row) for row in self.windows.data if any(row.values())]


class NewPhaseForm(PhaseForm):
    """A phase to be added; ``source`` and ``number`` only for a round."""

    kind = SelectField(_l("Kind"), choices=select_choices(KINDS))
    source = SelectField(_l("Contest format"), [Optional()], description=_l("Only for a round."))
    number = IntegerField(
        _l("Number of the round"), [Optional(), NumberRange(1, 1000)], description=_l("Only for a round.")
    )

    def offer_formats(self, formats: Sequence[tuple[str, str]]) -> None:
        """Let the enabled contest formats be chosen from."""
        self.source.choices = select_choices([("", _l("None")), *formats])


class ReasonForm(BaseForm):
    """Why something is done; kept in the audit log."""

    reason = TextAreaField(
        _l("Reason"), [DataRequired(), Length(max=400)], description=_l("It is kept in the audit log.")
    )


class ExtendForm(ReasonForm):
    """A later closing moment, and why."""

    closes_on = DateField(_l("New closing day"), [DataRequired()])
    closes = StringField(
        _l("New closing time"), [DataRequired(), Length(max=15)], description=_l("For instance 17h00 or 24h00.")
    )


def _row(opens: object, closes: object) -> dict[str, object]:
    opens_on, opens_time = day_and_time(opens, closing=False)  # type: ignore[arg-type]
    closes_on, closes_time = day_and_time(closes, closing=True)  # type: ignore[arg-type]
    return {
        "opens_on": opens_on,
        "opens_time": _spoken(opens_time),
        "closes_on": closes_on,
        "closes_time": _spoken(closes_time),
    }


def _spoken(clock: str) -> str:
    """Write 17:00 as 17h00, the form in which it is read and entered."""
    return clock.replace(":", "h", 1)


def _times(row: dict[str, object]) -> Times:
    if not row["opens_on"] or not row["closes_on"]:
        raise DomainError(
            T("Each window needs the day on which it opens and the day on which it closes."), field="windows"
        )
    try:
        return Times(
            moment_on(row["opens_on"], str(row["opens_time"] or "00h00")),  # type: ignore[arg-type]
            moment_on(row["closes_on"], str(row["closes_time"] or "24h00")),  # type: ignore[arg-type]
        )
    except DomainError as error:
        raise DomainError(error.message, field="windows") from error
