"""Forms of a campaign's basics."""

from __future__ import annotations

import dataclasses
import re

from flask_babel import gettext as _
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    ColorField,
    DateField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.validators import DataRequired, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from cuocthi.campaigns.domain import Basics
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l

_LINE = re.compile(r"([a-z0-9][a-z0-9_-]*)\s*=\s*(\S.*)")


class BasicsForm(BaseForm):
    """What a campaign says of itself."""

    name = StringField(_l("Name of the contest"), [DataRequired(), Length(max=300)])
    tagline = StringField(
        _l("Line above the name"), [Length(max=200)], description=_l("The occasion, for instance a day of the year.")
    )
    summary = TextAreaField(_l("In one or two sentences"), [Length(max=2000)])
    audience = TextAreaField(_l("Who may take part"), [Length(max=4000)])
    purpose = TextAreaField(_l("Purpose"), [Length(max=8000)], description=_l("Markdown; it also stands in the rules."))
    requirements = TextAreaField(_l("Requirements"), [Length(max=8000)])
    content = TextAreaField(_l("What is asked about"), [Length(max=8000)])
    host_name = StringField(_l("Host body"), [DataRequired(), Length(max=200)])
    host_parent = StringField(_l("Its superior body"), [Length(max=200)])
    standing_office = StringField(_l("Standing office of the organising committee"), [Length(max=200)])
    responsible = StringField(_l("Responsible for the content"), [Length(max=200)])
    support_phone = StringField(_l("Support phone"), [Length(max=40)])
    support_hours = StringField(_l("Support hours"), [Length(max=100)])
    portal_url = URLField(
        _l("Portal on which results are published"),
        [Optional(), Length(max=300), Regexp(r"https?://\S+", message=_l("Begin with http:// or https://."))],
    )
    consent_text = TextAreaField(
        _l("Words of consent"), [Length(max=4000)], description=_l("Who registers agrees to the use of personal data.")
    )
    ask_again = BooleanField(
        _l("The words of consent change materially: ask everybody who takes part to consent again"),
        description=_l(
            "Tick it when other data is asked, when it is used for something else or passed on, or kept for longer. "
            "Nobody is kept from handing in an entry that is under way."
        ),
    )
    language = SelectField(
        _l("Language of the contents"), choices=select_choices([("vi", "Tiếng Việt"), ("en", "English")])
    )
    accent = ColorField(_l("Colour"), [DataRequired()])

    def to_basics(self) -> Basics:
        """Return what was entered."""
        return Basics(**{item.name: (self[item.name].data or "").strip() for item in dataclasses.fields(Basics)})


class NewCampaignForm(BaseForm):
    """A campaign to be created: a file, or else the name and the host; a file brings its own address."""

    file = FileField(
        _l("Campaign file (ZIP)"),
        description=_l("As another campaign hands it out under “Basics and settings”: all but people and results."),
    )
    name = StringField(_l("Name of the contest"), [Length(max=300)])
    host_name = StringField(_l("Host body"), [Length(max=200)])
    slug = StringField(
        _l("Name in the address"),
        [Length(max=60)],
        description=_l(
            "Lower-case letters, digits and hyphens, for instance chuyen-doi-so-2025. It never changes. Where it is "
            "empty, it is made of the name."
        ),
    )


class EditionForm(BaseForm):
    """How a campaign is to be held again. ``opens_on`` is asked only where there is a timeline to be moved."""

    name = StringField(_l("Name of the contest"), [DataRequired(), Length(max=300)])
    host_name = StringField(_l("Host body"), [DataRequired(), Length(max=200)])
    slug = StringField(
        _l("Name in the address"),
        [DataRequired(), Length(max=60)],
        description=_l("Lower-case letters, digits and hyphens, for instance chuyen-doi-so-2025. It never changes."),
    )
    opens_on = DateField(_l("First day of the contest"), [DataRequired()])
    keep_weekdays = BooleanField(
        _l("Keep the days of the week"), description=_l("All dates move by whole weeks, to the nearest ones.")
    )
    members = BooleanField(
        _l("Take the members of all committees along"),
        description=_l("Otherwise you sit on the organising committee and appoint the others."),
    )


class CategoriesForm(BaseForm):
    """The kinds of entrants, one a line."""

    categories = TextAreaField(
        _l("Categories of entrants"),
        [DataRequired(), Length(max=4000)],
        description=_l("One a line, as “code = title”. The code stands in files and never changes."),
    )

    def fill(self, categories: dict[str, str]) -> None:
        """Show the categories as lines."""
        self.categories.data = "\n".join(f"{key} = {title}" for key, title in categories.items())

    def validate_categories(self, field: TextAreaField) -> None:
        """Refuse a line that is none, or a code that stands there twice."""
        lines = self._lines()
        wrong = [line for line in lines if _LINE.fullmatch(line) is None]
        if wrong:
            field.errors = [*field.errors, _("This line cannot be read: %(line)s", line=wrong[0])]
        elif len(self.to_categories()) < len(lines):
            field.errors = [*field.errors, _l("A code stands there twice.")]

    def to_categories(self) -> dict[str, str]:
        """Return titles by code."""
        found = (_LINE.fullmatch(line) for line in self._lines())
        return {match[1]: match[2] for match in found if match}

    def _lines(self) -> list[str]:
        return [line.strip() for line in (self.categories.data or "").splitlines() if line.strip()]


class PartsForm(BaseForm):
    """Which installed plugins are enabled."""

    plugins = SelectMultipleField(
        _l("Enabled parts"),
        [Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=True,
    )
