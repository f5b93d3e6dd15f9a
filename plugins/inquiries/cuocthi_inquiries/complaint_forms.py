"""Forms of complaints: sending one, registering one from paper, dealing with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_wtf.file import FileField, MultipleFileField
from wtforms import DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from cuocthi.clock import from_micros, to_micros
from cuocthi.files.kinds import endings_of
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_inquiries.domain.evidence import KINDS, Sent
from cuocthi_inquiries.domain.filing import Said
from cuocthi_inquiries.models import MAX_COMPLAINT, MAX_LINE, MAX_TEXT, ComplaintAbout, Outcome
from cuocthi_inquiries.words import ABOUT, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from cuocthi_inquiries.models import Complaint

_ACCEPT = {"accept": ",".join(endings_of(KINDS))}


def sent(files: Iterable[Any]) -> list[Sent]:
    """Return the files that came with a form; a field left empty sends one without a name."""
    return [Sent(file.filename, file.read()) for file in files if file and getattr(file, "filename", "")]


class ComplaintForm(BaseForm):
    """A complaint; ``token`` is the same when the form is sent twice."""

    token = HiddenField(validators=[Length(min=20, max=64)])
    round = SelectField(_l("Round"), [InputRequired()])
    about = RadioField(
        _l("What you complain about"),
        [InputRequired(_l("Please choose."))],
        choices=select_choices((one.value, _l(words.msgid)) for one, words in ABOUT.items()),
    )
    code = StringField(
        _l("Contest number"),
        [Optional(), Length(max=16)],
        description=_l("Only if it is about somebody else. Leave it empty for your own."),
    )
    body = TextAreaField(
        _l("Your complaint"),
        [DataRequired(), Length(max=MAX_COMPLAINT)],
        description=_l("What happened, what is wrong, and what you ask for. Only the committees read it."),
    )
    evidence = MultipleFileField(
        _l("Evidence"),
        [Optional()],
        description=_l("Pictures or PDF, at most 5 files of at most 5 MB each."),
        render_kw=_ACCEPT,
    )

    def offer(self, rounds: Iterable[tuple[int, str]]) -> None:
        """Let these rounds be chosen from."""
        self.round.choices = select_choices((str(phase_id), title) for phase_id, title in rounds)

    def to_said(self) -> Said:
        """Return what was entered."""
        files = sent(self.evidence.data or ())
        return Said(ComplaintAbout(self.about.data), self.body.data or "", (self.code.data or "").strip(), files)


class PaperForm(ComplaintForm):
    """A complaint that came on paper."""

    body = TextAreaField(_l("What it says"), [DataRequired(), Length(max=MAX_COMPLAINT)])
    code = StringField(
        _l("Contest number that it is about"),
        [Optional(), Length(max=16)],
        description=_l("Leave it empty if it is about the sender."),
    )
    sender = StringField(
        _l("Sender, with an address"),
        [DataRequired(), Length(max=MAX_LINE)],
        description=_l("It is stored encrypted, and is never published."),
    )
    sender_code = StringField(
        _l("Contest number of the sender"),
        [Optional(), Length(max=16)],
        description=_l("If it is known, the sender also finds the complaint on the own pages."),
    )
    came_on = DateField(_l("Day on which it came in"), [InputRequired()])


class HandlerForm(BaseForm):
    """To whom a complaint is given; ``seen`` is who had it before."""

    seen = HiddenField()
    handler = SelectField(_l("Who deals with it"), [InputRequired()])

    def offer(self, names: Mapping[int, str]) -> None:
        """Let these people be chosen from."""
        people = [(str(key), name) for key, name in names.items()]
        self.handler.choices = select_choices([("", _l("Choose a person")), *people])

    @property
    def seen_id(self) -> int | None:
        """Who had the complaint when the assigning person looked."""
        seen = self.seen.data or ""
        return int(seen) if seen.isdecimal() else None


class TouchedForm(BaseForm):
    """Whom a complaint touches."""

    codes = StringField(
        _l("Contest numbers"),
        [Optional(), Length(max=MAX_LINE)],
        description=_l("Of all whom the decision may touch, with spaces or commas between."),
    )

    def listed(self) -> list[str]:
        """Return the contest numbers."""
        return (self.codes.data or "").replace(",", " ").replace(";", " ").split()


class SeenForm(BaseForm):
    """Says which answer somebody has seen."""

    seen = HiddenField()

    @property
    def seen_at(self) -> datetime | None:
        """When the answer was written that the person saw."""
        seen = self.seen.data or ""
        return from_micros(int(seen)) if seen.isdecimal() else None


def seen_of(complaint: Complaint) -> str:
    """Return what such a form carries of a complaint."""
    return "" if complaint.drafted_at is None else str(to_micros(complaint.drafted_at))


class AnswerForm(SeenForm):
    """The answer to a complaint."""

    outcome = RadioField(
        _l("Decision"),
        [InputRequired(_l("Please choose."))],
        choices=select_choices((one.value, _l(words.msgid)) for one, words in OUTCOMES.items()),
    )
    text = TextAreaField(_l("Answer"), [DataRequired(), Length(max=MAX_TEXT)])
    file = FileField(
        _l("Written answer as a file"),
        [Optional()],
        description=_l("The signed document, for instance. The sender can open it."),
        render_kw=_ACCEPT,
    )

    @classmethod
    def to(cls, complaint: Complaint) -> AnswerForm:
        """Return the form filled with what was written so far."""
        outcome = complaint.outcome.value if complaint.outcome else None
        return cls(formdata=None, data={"seen": seen_of(complaint), "text": complaint.answer, "outcome": outcome})

    def chosen(self) -> Outcome:
        """Return the decision."""
        return Outcome(self.outcome.data)


class SendBackForm(SeenForm):
    """Why an answer is sent back."""

    reason = StringField(_l("Why it is sent back"), [DataRequired(), Length(max=MAX_LINE)])


class HarmlessForm(BaseForm):
    """Why a complaint touches no candidate."""

    reason = StringField(_l("Why it touches no candidate"), [Optional(), Length(max=MAX_LINE)])
