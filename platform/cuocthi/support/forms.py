"""Forms of the support's pages."""

from __future__ import annotations

from wtforms import StringField
from wtforms.fields import SelectMultipleField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget, TextArea

from cuocthi.support.words import PROOFS
from cuocthi.users.contacts import MAX_EMAIL
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l


class IdentityForm(BaseForm):
    """How the helper knows who somebody is, and the contact that takes the place of a lost one."""

    proofs = SelectMultipleField(
        _l("What you checked"),
        choices=select_choices((proof.value, _l(text.msgid)) for proof, text in PROOFS.items()),
        validators=[DataRequired(_l("Please check the citizen ID card, or at least two of the other things."))],
        description=_l("The citizen ID card, or at least two of the other things."),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    note = StringField(
        _l("Note"),
        [InputRequired(_l("Please note how you checked it; it is kept on record.")), Length(max=400)],
        description=_l("Who called or came, and what was said. No numbers of cards or phones."),
        widget=TextArea(),
    )
    contact = StringField(
        _l("New phone number or e-mail address"),
        [Length(max=MAX_EMAIL)],
        description=_l("Only if the old one is lost; it takes its place."),
    )


class SpokenCodeForm(BaseForm):
    """The code that the support read out or handed over."""

    code = StringField(_l("Code of the support"), [InputRequired(_l("Please enter the code.")), Length(max=40)])
