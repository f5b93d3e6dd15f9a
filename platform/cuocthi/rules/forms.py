"""Forms that write the rules, issue them, and change settings of a part whose rounds have begun."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from cuocthi.documents.lines import to_choose
from cuocthi.rules.prose import LONGEST_HEADING, LONGEST_TEXT
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l

if TYPE_CHECKING:
    from cuocthi.documents.models import Document
    from cuocthi.timelines.models import Phase

MATERIAL, EDITORIAL = "material", "editorial"
_LONGEST_REASON = 2_000


class IssueForm(BaseForm):
    """The decision that issues the rules, and what kind of change they bring."""

    document = SelectField(
        _l("Decision that issues them"), [Optional()], description=_l("From the register of documents.")
    )
    kind = RadioField(
        _l("What kind of change this is"),
        [InputRequired(_l("Please say what kind of change this is."))],
        choices=select_choices(
            [
                (MATERIAL, _l("It changes what people agreed to: everybody is asked to accept the rules again")),
                (EDITORIAL, _l("It concerns the wording only: nobody is asked again")),
            ]
        ),
    )
    reason = TextAreaField(
        _l("What has changed, and why"),
        [DataRequired(), Length(max=_LONGEST_REASON)],
        description=_l("Everybody reads this beside the new version."),
    )

    def offer(self, documents: Iterable[Document]) -> None:
        """Let the registered documents be chosen from."""
        self.document.choices = select_choices([("", _l("None yet")), *to_choose(documents)])

    def for_the_first(self) -> None:
        """Ask only for the decision: the first version changes nothing."""
        del self.kind, self.reason


class ProseForm(BaseForm):
    """Prose around a generated clause. ``seen`` says with which text the form was opened."""

    before = TextAreaField(
        _l("Before the generated text"), [Length(max=LONGEST_TEXT)], description=_l("Markdown; may be left empty.")
    )
    after = TextAreaField(
        _l("After the generated text"), [Length(max=LONGEST_TEXT)], description=_l("Markdown; may be left empty.")
    )
    seen = HiddenField()


class ClauseForm(BaseForm):
    """A clause of the organisers' own: heading, text, and the clause that it stands after."""

    heading = StringField(_l("Heading"), [DataRequired(), Length(max=LONGEST_HEADING)])
    body = TextAreaField(
        _l("Text of the clause"), [DataRequired(), Length(max=LONGEST_TEXT)], description=_l("Markdown.")
    )
    place = SelectField(_l("It stands after"))
    seen = HiddenField()

    def offer(self, places: Iterable[tuple[str, str]]) -> None:
        """Let the clause stand after any of these (pairs of key and heading), or first."""
        self.place.choices = select_choices([("", _l("Nothing: it is the first")), *places])


class AmendmentForm(BaseForm):
    """By which document something that was agreed is changed, and why."""

    document = SelectField(
        _l("Document by which it is changed"),
        [InputRequired(_l("Please choose the document by which this is changed."))],
        description=_l("From the register of documents."),
    )
    reason = TextAreaField(
        _l("What changes, and why"),
        [DataRequired(), Length(max=_LONGEST_REASON)],
        description=_l("Once another person confirms it, everybody reads this with the new version of the rules."),
    )

    def offer_documents(self, documents: Iterable[Document]) -> None:
        """Let the registered documents be chosen from."""
        self.document.choices = select_choices([("", _l("Please choose")), *to_choose(documents)])


class ChangeForm(AmendmentForm):
    """From which round settings are to hold, by which document, and why."""

    from_round = SelectField(
        _l("From which round it holds"),
        [InputRequired()],
        coerce=int,
        description=_l("Rounds that have begun go on as they began."),
    )

    def offer(self, rounds: Iterable[Phase], documents: Iterable[Document]) -> None:
        """Let the rounds that are to open and the registered documents be chosen from."""
        self.from_round.choices = select_choices([(round_.number, round_.title) for round_ in rounds])
        self.offer_documents(documents)


class RejectForm(BaseForm):
    """Why a proposal is rejected."""

    rejection = StringField(_l("Reason for rejecting it"), [DataRequired(), Length(max=400)])
