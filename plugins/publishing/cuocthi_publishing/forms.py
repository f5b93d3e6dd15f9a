"""Forms of the staff pages: what is published, and what a correction changes."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_publishing.settings import MAX_DEPTH, PublishSettings


class PublishSettingsForm(BaseForm):
    """Which sections go out."""

    awards = BooleanField(_l("Award list"), description=_l("Winners are named in full, with their unit and prize."))
    depth = IntegerField(
        _l("Places of each ranking"),
        [InputRequired(), NumberRange(0, MAX_DEPTH)],
        description=_l("0 publishes winners only. Whoever is no winner appears by contest number and shortened name."),
    )
    units = BooleanField(_l("Figures of the units"))
    statistics = BooleanField(
        _l("Statistics"), description=_l("Figures of the whole campaign, and what its parts contribute.")
    )

    @classmethod
    def from_settings(cls, settings: PublishSettings) -> PublishSettingsForm:
        """Return the form filled with settings."""
        return cls(obj=settings)

    def to_settings(self) -> PublishSettings:
        """Return the settings that the form describes; raises SettingsError for what cannot be."""
        return PublishSettings(
            awards=self.awards.data,
            depth=self.depth.data or 0,
            units=self.units.data,
            statistics=self.statistics.data,
        )


class NoteForm(BaseForm):
    """What a correction changes; empty for a first release."""

    note = TextAreaField(
        _l("What changes, and why"),
        [Length(max=400)],
        description=_l("It is published with the new release, on the page of the old one and of the new one."),
    )
