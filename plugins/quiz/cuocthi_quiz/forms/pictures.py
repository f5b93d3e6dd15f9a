"""A picture of the bank as a form."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from cuocthi.files.kinds import endings_of
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_quiz.domain.pictures import KINDS
from cuocthi_quiz.models import MAX_KEY


class PictureForm(BaseForm):
    """A new picture."""

    file = FileField(
        _l("Picture"),
        [FileRequired()],
        description=_l("PNG or JPEG, at most 1 MB. Cover what could name a person."),
        render_kw={"accept": ",".join(endings_of(KINDS))},
    )
    key = StringField(
        _l("Code"),
        [DataRequired(), Length(max=MAX_KEY)],
        description=_l("Lower-case letters, digits and hyphens, for files; it never changes."),
    )
