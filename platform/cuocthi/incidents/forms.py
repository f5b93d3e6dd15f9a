"""The form in which somebody says what an incident grants, and to whom."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from wtforms import DateField, IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from cuocthi.contributions import ReliefKind
from cuocthi.incidents.incident import MOST_MINUTES, Incident
from cuocthi.text import T, Text
from cuocthi.timelines.forms import is_clock
from cuocthi.timelines.localtime import moment_on, write_moment
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Collection

    from cuocthi.units.models import Unit

_KINDS: dict[ReliefKind, Text] = {
    ReliefKind.MORE_TIME: T("More minutes for entries that are open now"),
    ReliefKind.FRESH_ENTRY: T("A fresh entry; the entry before is kept but does not count"),
}


class IncidentForm(BaseForm):
    """What is granted, until when, to whose entries, by which document, and why."""

    kind = RadioField(_l("What is granted"), [InputRequired(_l("Please choose what is granted."))])
    minutes = IntegerField(
        _l("Minutes more"),
        [Optional(), NumberRange(1, MOST_MINUTES)],
        description=_l("Only for entries that are open now."),
    )
    until_on = DateField(_l("Until the day"), [DataRequired()])
    until = StringField(
        _l("Until the time"),
        [DataRequired(), Length(max=15), is_clock],
        description=_l("Nothing granted lasts longer. It may be after the end of the round."),
    )
    codes = TextAreaField(
        _l("Contest numbers"), [Optional(), Length(max=40_000)], description=_l("One a line, or with spaces between.")
    )
    unit = StringField(
        _l("Unit"), [Optional(), Length(max=200)], description=_l("Name or code; all below it belong to it.")
    )
    begins_on = DateField(_l("Incident from the day"), [Optional()])
    begins = StringField(_l("from the time"), [Optional(), Length(max=15), is_clock])
    ends_on = DateField(_l("Incident to the day"), [Optional()])
    ends = StringField(_l("to the time"), [Optional(), Length(max=15), is_clock])
    symbol = StringField(
        _l("Number and symbol of the document"),
        [DataRequired(), Length(max=60)],
        description=_l("For instance 52/KH-STTTT."),
    )
    issued_on = DateField(_l("Day of the document"), [DataRequired()])
    reason = TextAreaField(
        _l("What happened"), [DataRequired(), Length(max=400)], description=_l("Everybody reads it with the notice.")
    )

    def offer(self, kinds: Collection[ReliefKind]) -> None:
        """Let what the contest format can grant be chosen from."""
        self.kind.choices = select_choices((kind.value, translate(_KINDS[kind])) for kind in _KINDS if kind in kinds)

    def to_incident(self, unit: Unit | None) -> Incident:
        """Return what was entered; the form must have been found valid. ``unit`` is the one that is written."""
        kind = ReliefKind(self.kind.data)
        return Incident(
            kind=kind,
            until=_moment(self.until_on.data, self.until.data),
            symbol=(self.symbol.data or "").strip(),
            issued_on=self.issued_on.data.isoformat() if self.issued_on.data else "",
            reason=" ".join((self.reason.data or "").split()),
            minutes=(self.minutes.data or 0) if kind is ReliefKind.MORE_TIME else 0,
            codes=tuple(dict.fromkeys((self.codes.data or "").upper().replace(",", " ").split())),
            unit_id=None if unit is None else unit.id,
            unit="" if unit is None else unit.name,
            begins=_moment(self.begins_on.data, self.begins.data or "00h00") if self.is_dated else "",
            ends=_moment(self.ends_on.data, self.ends.data or "24h00") if self.is_dated else "",
        )

    @property
    def is_dated(self) -> bool:
        """Whether it is said when the incident was."""
        return bool(self.begins_on.data and self.ends_on.data)


def _moment(day: date | None, clock: str | None) -> str:
    assert day is not None  # noqa: S101 - the form was found valid
    return write_moment(moment_on(day, clock or ""), closing=True)
