"""Forms about candidates: of the committees, and the candidate's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask_babel import gettext as _
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from cuocthi.documents.lines import to_choose
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_prizes.candidates.details import MAX_BANK, MAX_HOLDER, Details
from cuocthi_prizes.candidates.models import MAX_NUMBER, MAX_WORDS, Way
from cuocthi_prizes.candidates.scheme_form import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from cuocthi.documents.models import Document

WAYS = {Way.ACCOUNT: _l("To a bank account"), Way.CASH: _l("In cash")}
_KEPT = _l("It stays on record. Do not copy numbers or pictures of papers here.")


class AskForm(BaseForm):
    """By when candidates answer."""

    until = DateField(_l("Last day to answer"), [Optional()])

    def explain(self, days: int) -> None:
        """Say what an empty day means, where the scheme says how many days there are."""
        if days:
            self.until.description = _(
                "Empty for the %(days)s days of the scheme; it may be later, not earlier.", days=days
            )


class CheckForm(BaseForm):
    """What was checked of a candidate, and how."""

    kind = RadioField(_l("What has been checked"), [InputRequired()], choices=select_choices(CHECKS.items()))
    how = TextAreaField(
        _l("How, in words"),
        [InputRequired(), Length(max=MAX_WORDS)],
        description=_KEPT,
    )


class ReasonForm(BaseForm):
    """Why something is decided, and by which document."""

    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=MAX_WORDS)], description=_KEPT)
    document_number = StringField(_l("Number of the document"), [Optional(), Length(max=MAX_NUMBER)])
    document_date = DateField(_l("Date of the document"), [Optional()])


class DocumentedForm(ReasonForm):
    """The same, for what is never decided without a document."""

    document_number = StringField(_l("Number of the document"), [InputRequired(), Length(max=MAX_NUMBER)])
    document_date = DateField(_l("Date of the document"), [InputRequired()])


class ExclusionForm(DocumentedForm):
    """The same; in an archived campaign nothing is corrected but by a registered document."""

    registered = SelectField(_l("Registered document by which this is corrected"), [InputRequired()], coerce=int)

    def ask_for_registered(self, documents: Iterable[Document], *, archived: bool) -> None:
        """Let a registered document be chosen in an archived campaign; before, none is asked for."""
        if archived:
            self.registered.choices = select_choices(to_choose(documents))
        else:
            del self.registered


class UnitForm(DocumentedForm):
    """With which unit somebody is awarded."""

    unit = StringField(
        _l("Unit"), [InputRequired(), Length(max=200)], description=_l("Name or code, as in the list of units.")
    )


class RulingForm(ReasonForm):
    """Whether a candidate is the member whom the candidate resembles."""

    same = RadioField(
        _l("Ruling"),
        [InputRequired()],
        choices=select_choices(
            [("no", _l("Another person")), ("yes", _l("The same person: the entry has to be excluded"))]
        ),
    )

    def ask_about_card(self) -> None:
        """Ask whether who gave another number than that of the card is the person of the card all the same."""
        self.same.choices = [
            ("yes", _("The same person: the reason says how the two numbers come about")),
            ("no", _("Another person: the entry has to be excluded")),
        ]


class ExtendForm(BaseForm):
    """More time for one candidate."""

    until = DateField(_l("Last day to answer"), [InputRequired()])
    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=MAX_WORDS)], description=_KEPT)

    @property
    def day(self) -> date:
        """The day that was entered, once the form is valid."""
        return cast("date", self.until.data)


class DetailsForm(BaseForm):
    """How a candidate is paid."""

    citizen_id = StringField(
        _l("ID number"),
        [InputRequired(), Length(max=40)],
        description=_l("The 12 digits of the citizen ID card. No picture is asked for."),
    )
    way = RadioField(
        _l("How the prize is paid"), [InputRequired()], choices=select_choices(WAYS.items()), default=Way.ACCOUNT.value
    )
    account = StringField(_l("Account number"), [Optional(), Length(max=40)])
    bank = StringField(
        _l("Bank"), [Optional(), Length(max=MAX_BANK)], description=_l("With the branch, if there is one on the card.")
    )
    holder = StringField(_l("Holder of the account"), [Optional(), Length(max=MAX_HOLDER)])

    @property
    def entered(self) -> Details:
        """What was entered, as it was written."""
        return Details(
            self.citizen_id.data or "", self.account.data or "", self.bank.data or "", self.holder.data or ""
        )


class EnterForm(DetailsForm):
    """The same, entered by staff for somebody on the phone."""

    reason = TextAreaField(
        _l("Why the person does not enter it"), [InputRequired(), Length(max=MAX_WORDS)], description=_KEPT
    )
