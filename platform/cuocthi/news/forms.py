"""The form of an announcement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from cuocthi.contributions import Edge
from cuocthi.news.domain import AnnouncementFacts
from cuocthi.news.models import Audience
from cuocthi.timelines.edges import FARTHEST
from cuocthi.timelines.forms import is_clock
from cuocthi.timelines.localtime import day_and_time, moment_on, spoken
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.news.models import Announcement
    from cuocthi.timelines.models import Phase
    from cuocthi.units.models import Unit

AT_ONCE, STATED, COUNTED = "at_once", "stated", "counted"
_MORNING = "08h00"
_RELATIONS = [
    (f"before-{Edge.OPENED}", _l("days before it begins")),
    (f"after-{Edge.OPENED}", _l("days after it begins")),
    (f"before-{Edge.CLOSED}", _l("days before it ends")),
    (f"after-{Edge.CLOSED}", _l("days after it ends")),
]


class AnnouncementForm(BaseForm):
    """What is announced, to whom, and when. ``unit`` is a name or a code."""

    subject = StringField(_l("Subject"), [DataRequired(), Length(max=150)])
    body = TextAreaField(
        _l("Text"), [DataRequired(), Length(max=10_000)], description=_l("Markdown; mail carries it as plain text.")
    )
    audience = RadioField(
        _l("To whom"),
        [InputRequired()],
        choices=select_choices(
            [
                (Audience.ENROLLED.value, _l("Everybody who has registered")),
                (Audience.UNFINISHED.value, _l("Who has registered but handed in nothing yet")),
            ]
        ),
    )
    unit = StringField(
        _l("Only people of a unit"),
        [Optional(), Length(max=200)],
        description=_l("Name or code of the unit; units below it are included."),
    )
    is_public = BooleanField(
        _l("Show it among the news on the public page as well"), description=_l("From the moment at which it is sent.")
    )
    timing = RadioField(
        _l("When it is sent"),
        [InputRequired()],
        choices=select_choices(
            [
                (AT_ONCE, _l("As soon as it is confirmed")),
                (STATED, _l("At a stated time")),
                (COUNTED, _l("On a day counted from a phase; it follows when the phase is moved or extended")),
            ]
        ),
    )
    send_on = DateField(_l("Day"), [Optional()])
    send_time = StringField(_l("Time of day"), [Optional(), Length(max=15), is_clock])
    days = IntegerField(_l("Number of days"), [Optional(), NumberRange(0, FARTHEST)])
    relation = SelectField(_l("Counted"), [Optional()], choices=select_choices(_RELATIONS))
    phase = SelectField(_l("Phase"), [Optional()])
    clock = StringField(_l("Time of day"), [Optional(), Length(max=15), is_clock])

    @classmethod
    def blank(cls) -> AnnouncementForm:
        """Return the form for a new announcement."""
        closing = f"before-{Edge.CLOSED}"
        data = {"audience": Audience.ENROLLED.value, "timing": AT_ONCE, "days": 3, "relation": closing}
        return cls(data={**data, "clock": _MORNING, "send_time": _MORNING})

    @classmethod
    def of(cls, announcement: Announcement) -> AnnouncementForm:
        """Return the form filled with a draft."""
        found = announcement
        values: dict[str, Any] = {
            "subject": found.subject,
            "body": found.body,
            "audience": found.audience.value,
            "unit": found.unit.code if found.unit else "",
            "is_public": found.is_public,
            "timing": COUNTED if found.phase else STATED if found.send_at else AT_ONCE,
            "days": abs(found.days),
            "relation": f"{'after' if found.days > 0 else 'before'}-{found.edge or Edge.CLOSED}",
            "phase": str(found.phase_id or ""),
            "clock": spoken(found.clock),
            "send_time": _MORNING,
        }
        if found.send_at is not None:
            day, clock = day_and_time(found.send_at, closing=False)
            values |= {"send_on": day, "send_time": spoken(clock)}
        return cls(data=values)

    def offer(self, phases: Sequence[Phase]) -> None:
        """Let the phase be chosen from which a day is counted."""
        self.phase.choices = select_choices((str(phase.id), phase.title) for phase in phases)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and that what belongs to the chosen time is there."""
        valid = bool(super().validate(extra_validators))
        fields: dict[str, list[Any]] = {STATED: [self.send_on], COUNTED: [self.phase, self.days]}
        for field in fields.get(self.timing.data or "", []):
            if field.data in (None, "") and not field.errors:
                field.errors = [_("Please fill this in for the time that you chose.")]
                valid = False
        return valid

    def to_facts(self, phases: Sequence[Phase], unit: Unit | None) -> AnnouncementFacts:
        """Return what was entered; call it once the form is valid. Raises DomainError for a day beyond all days."""
        phase = next((one for one in phases if str(one.id) == self.phase.data), None)
        counted = self.timing.data == COUNTED and phase is not None
        direction, _dash, edge = (self.relation.data or "").partition("-")
        number = self.days.data or 0
        return AnnouncementFacts(
            subject=self.subject.data or "",
            body=(self.body.data or "").replace("\r\n", "\n"),
            audience=Audience(self.audience.data),
            unit=unit,
            is_public=self.is_public.data,
            send_at=self._stated() if self.timing.data == STATED else None,
            phase=phase if counted else None,
            edge=Edge(edge) if counted else None,
            days=(number if direction == "after" else -number) if counted else 0,
            clock=(self.clock.data or _MORNING).strip().lower().replace("h", ":"),
        )

    def _stated(self) -> datetime | None:
        return moment_on(self.send_on.data, self.send_time.data or _MORNING) if self.send_on.data else None
