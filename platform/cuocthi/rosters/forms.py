"""The form by which a roster is handed in."""

from __future__ import annotations

from flask_wtf.file import FileRequired
from wtforms import FileField

from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l


class RosterForm(BaseForm):
    """A list as XLSX or CSV."""

    file = FileField(
        _l("List (.xlsx or .csv)"),
        [FileRequired(_l("Please choose the list."))],
        description=_l("With a column “Họ và tên”; “Điện thoại” and “Đối tượng” if you know them."),
    )
