"""Forms of mergers."""

from __future__ import annotations

from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import TextArea

from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l


class MergerForm(BaseForm):
    """Why two accounts are one person's; ``seen`` is the digest of what was shown that the merger would do."""

    seen = HiddenField()
    reason = StringField(
        _l("How you know that both are the same person"),
        [InputRequired(_l("Please give the reason.")), Length(max=400)],
        description=_l("For instance: called on both numbers; or the unit confirms it. It is kept on record."),
        widget=TextArea(),
    )


class ApartForm(BaseForm):
    """Why two accounts are two people's."""

    why = StringField(
        _l("How you know that they are two people"),
        [InputRequired(_l("Please give the reason.")), Length(max=400)],
        description=_l("For instance: mother and daughter share the phone. It is kept on record."),
    )


class UndoForm(BaseForm):
    """Why a merger was a mistake."""

    reason = StringField(
        _l("Why the merger was a mistake"),
        [InputRequired(_l("Please give the reason.")), Length(max=400)],
        description=_l("It is kept on record."),
        widget=TextArea(),
    )
