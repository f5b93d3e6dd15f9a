"""Forms of the staff pages: what is published by default and in a release, withdrawals, standing approvals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g
from flask_babel import gettext as _
from wtforms import BooleanField, DateField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.timelines.localtime import moment_on
from cuocthi.web.context import reading_context
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_publishing.domain.choice import Choice
from cuocthi_publishing.settings import MAX_DEPTH, PARTS, PublishSettings
from cuocthi_publishing.statistics.comparison import comparable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from wtforms import Field

    from cuocthi.text import Text
    from cuocthi_publishing.domain.choice import Promise


class PartsForm(BaseForm):
    """Which parts go out."""

    awards = BooleanField(_l("Award list"), description=_l("Winners are named in full, with their unit and prize."))
    depth = IntegerField(
        _l("Each ranking down to this rank"),
        [InputRequired(), NumberRange(0, MAX_DEPTH)],
        description=_l("0 publishes winners only. Whoever is no winner appears by contest number and shortened name."),
    )
    everybody = BooleanField(
        _l("Everybody on each ranking"),
        description=_l("The whole ranking, whatever the number of places says, in pages with a search by name."),
    )
    full_names = BooleanField(
        _l("Full names on the rankings"),
        description=_l(
            "Not only winners: everybody on what is published of a ranking is named in full, children only as far as "
            "that was agreed to."
        ),
    )
    units = BooleanField(_l("Figures of the units"))
    statistics = BooleanField(
        _l("Statistics"), description=_l("Figures of the whole campaign, and what its parts contribute.")
    )
    comparison = BooleanField(
        _l("Comparison with the contest before"),
        description=_l("How many took part in both, counted alike, as part of the statistics."),
    )
    compared_with = StringField(
        _l("Compared with"),
        [Length(max=60)],
        description=_l("The short name in the address of another campaign; empty: the one that is held again."),
    )
    documents = BooleanField(_l("Documents and what there is to read"))
    news = BooleanField(_l("News"), description=_l("What was announced to everybody."))
    notices = BooleanField(_l("Notices"), description=_l("Extended rounds, and what was granted after incidents."))

    def validate_compared_with(self, field: StringField) -> None:
        """Refuse the short name of a campaign that there is not, or that is not to be compared with."""
        slug = (field.data or "").strip()
        if slug and comparable(reading_context(), campaign=g.campaign, slug=slug) is None:
            raise ValidationError(_("There is no campaign “%(name)s” that has published its results.", name=slug))

    @property
    def part_fields(self) -> list[Field]:
        """The fields of the parts, in their order."""
        return [self[name] for name in PARTS]

    def parts(self) -> dict[str, Any]:
        """Return the parts that were chosen, by name."""
        chosen = {field.short_name: field.data for field in self.part_fields}
        return {
            **chosen,
            "depth": chosen["depth"] or 0,
            "compared_with": (chosen["compared_with"] or "").strip(),
        }


class PublishSettingsForm(PartsForm):
    """Which parts go out by default."""

    @classmethod
    def from_settings(cls, settings: PublishSettings) -> PublishSettingsForm:
        """Return the form filled with settings."""
        return cls(obj=settings)

    def to_settings(self) -> PublishSettings:
        """Return the settings that the form describes; raises SettingsError for what cannot be."""
        return PublishSettings(**self.parts())


class ReleaseForm(PartsForm):
    """What goes out in a release, from when, and what it changes; the note stays empty for a first release.

    ``unfit`` says why no release can be made: what a plugin contributes cannot be published.
    """

    offered: Sequence[str] = ()
    unfit: Text | None = None

    sections = SelectMultipleField(
        _l("Sections of the parts of the campaign"),
        [Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    day = DateField(_l("Not before this day"), [Optional()], description=_l("Empty: as soon as it is confirmed."))
    clock = StringField(
        _l("Time of day"), [Optional(), Length(max=15)], description=_l("17h00, or to the second: 17:00:30.")
    )
    note = TextAreaField(
        _l("What changes, and why"),
        [Length(max=400)],
        description=_l("It is published with the new release, on the page of the old one and of the new one."),
    )

    @classmethod
    def of(cls, choice: Choice, sections: Sequence[tuple[str, str]]) -> ReleaseForm:
        """Return the form filled with a choice; ``sections`` are keys and titles of those that there are."""
        return cls(obj=choice, data={"sections": [key for key, _title in sections if key not in choice.without]})

    def offer(self, sections: Sequence[tuple[str, str]], *, promise: Promise) -> None:
        """Let the sections be chosen from, and of the rankings as much as the issued rules let out."""
        self.offered = [key for key, _title in sections]
        self.sections.choices = select_choices(sections)
        if promise.places is None:
            self.depth.description = _("The issued rules let out any number; 0 publishes winners only.")
        elif promise.places:
            most = promise.places
            self.depth.description = _(
                "At most %(most)s, as the issued rules say; 0 publishes winners only.", most=most
            )
        else:
            self.depth.description = _("The issued rules let out winners only.")
        if promise.places is not None:
            self.everybody.description = _("The issued rules do not let out whole rankings.")
        if not promise.full_names:
            self.full_names.description = _("By the issued rules, only winners are named in full.")

    def to_choice(self) -> Choice:
        """Return the choice that the form describes."""
        chosen = self.sections.data or ()
        without = tuple(key for key in self.offered if key not in chosen)
        return Choice(**self.parts(), without=without)

    def moment(self) -> datetime | None:
        """Return from when on it may be public; raises DomainError for a time that there is not."""
        if self.day.data is None:
            if self.clock.data:
                raise DomainError(T("Choose the day to this time, or leave both empty."), field="day")
            return None
        try:
            return moment_on(self.day.data, self.clock.data or "00:00")
        except DomainError as error:
            raise DomainError(error.message, field="clock") from error


class WithdrawalForm(BaseForm):
    """Why a release is withdrawn."""

    reason = TextAreaField(
        _l("Why it is withdrawn"),
        [DataRequired(), Length(max=400)],
        description=_l("Everybody reads it where the release was."),
    )


class ApprovalForm(BaseForm):
    """Which statistics go out by themselves, at which times, from when until when."""

    groups = SelectMultipleField(
        _l("Statistics"),
        [DataRequired(_l("Choose at least one kind of statistics."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    clocks = StringField(
        _l("Times of day"),
        [DataRequired(), Length(max=300)],
        description=_l("Several are separated by commas: 11h00, 17h00."),
    )
    first_day = DateField(_l("First day"), [InputRequired()])
    last_day = DateField(_l("Last day"), [InputRequired()])

    @classmethod
    def blank(cls, now: datetime) -> ApprovalForm:
        """Return the form for a new approval, from today on."""
        today = now.astimezone(LOCAL_ZONE).date()
        return cls(data={"clocks": "11h00", "first_day": today})

    def offer(self, titles: Mapping[str, str]) -> None:
        """Let the kinds of statistics be chosen from."""
        self.groups.choices = select_choices(titles.items())

    def to_terms(self) -> dict[str, Any]:
        """Return what is proposed, as the domain takes it."""
        return {
            "chosen": self.groups.data or [],
            "clocks": (self.clocks.data or "").split(","),
            "first_day": self.first_day.data,
            "last_day": self.last_day.data,
        }
