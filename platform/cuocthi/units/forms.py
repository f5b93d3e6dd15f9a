"""The form that imports a list of units."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import Length

from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l


class UnitsForm(BaseForm):
    """A CSV file of units with numbers of people."""

    file = FileField(_l("List of units (CSV)"), [FileRequired()])
    source = StringField(
        _l("Source of the numbers"), [Length(max=200)], description=_l("For instance a report with its number and day.")
    )
