"""The sheet of a review meeting as a form."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired

from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l


class SheetForm(BaseForm):
    """A sheet that was filled in."""

    file = FileField(_l("Sheet that was filled in"), [FileRequired()], description=_l("An Excel workbook (.xlsx)."))
