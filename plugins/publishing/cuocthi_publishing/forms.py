"""Forms of the staff pages: what is published, and what a correction changes."""

from __future__ import annotations

from flask_babel import gettext as _
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError

from cuocthi.web.context import reading_context
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_publishing.queries import campaign_by_slug
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
    comparison = BooleanField(
        _l("Comparison with the contest before"),
        description=_l("How many took part in both, counted alike, as part of the statistics."),
    )
    compared_with = StringField(
        _l("Compared with"),
        [Length(max=60)],
        description=_l("The short name in the address of another campaign; empty: the one that is held again."),
    )

    def validate_compared_with(self, field: StringField) -> None:
        """Refuse the short name of a campaign that there is not."""
        if field.data and campaign_by_slug(reading_context(), slug=field.data.strip()) is None:
            raise ValidationError(_("There is no campaign “%(name)s”.", name=field.data))

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
            comparison=self.comparison.data,
            compared_with=(self.compared_with.data or "").strip(),
        )


class NoteForm(BaseForm):
    """What a correction changes; empty for a first release."""

    note = TextAreaField(
        _l("What changes, and why"),
        [Length(max=400)],
        description=_l("It is published with the new release, on the page of the old one and of the new one."),
    )
