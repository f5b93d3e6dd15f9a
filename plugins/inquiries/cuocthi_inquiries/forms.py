"""Forms: asking, replying, statements, cases of false information, settings; those of complaints stand beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from flask_babel import gettext as _
from flask_wtf.file import FileField
from markupsafe import Markup
from wtforms import BooleanField, DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from cuocthi.clock import from_micros, to_micros
from cuocthi.files.kinds import endings_of
from cuocthi.web.context import slug
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_inquiries.domain.register import CAPTURE_KINDS, CaseFacts
from cuocthi_inquiries.models import MAX_LINE, MAX_QUESTION, MAX_TEXT
from cuocthi_inquiries.settings import MAX_DAYS, MAX_HOURS, InquirySettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from cuocthi.timelines.models import Phase
    from cuocthi_inquiries.models import Inquiry

_MARKDOWN = _l("Leave an empty line between paragraphs; lines that begin with “- ” make a list.")


class InquiryForm(BaseForm):
    """A question; ``token`` is the same when the form is sent twice."""

    token = HiddenField(validators=[Length(min=20, max=64)])
    body = TextAreaField(_l("Your question"), [DataRequired(), Length(max=MAX_QUESTION)])
    contact = StringField(
        _l("Phone number or e-mail address"),
        [DataRequired(), Length(max=254)],
        description=_l("A reply comes to an e-mail address by itself. It is stored encrypted, and is never published."),
    )


class ReplyForm(BaseForm):
    """An answer, or why there is none; ``seen`` is the reply that the writing person saw."""

    seen = HiddenField()
    text = TextAreaField(_l("Answer"), [DataRequired(), Length(max=MAX_TEXT)], description=_MARKDOWN)

    @classmethod
    def to(cls, inquiry: Inquiry) -> ReplyForm:
        """Return the form filled with the reply that an inquiry has."""
        seen = "" if inquiry.replied_at is None else str(to_micros(inquiry.replied_at))
        return cls(formdata=None, data={"seen": seen, "text": inquiry.reply})

    @property
    def seen_at(self) -> datetime | None:
        """When the reply was given that the writing person saw."""
        seen = self.seen.data or ""
        return from_micros(int(seen)) if seen.isdecimal() else None


class PassForm(BaseForm):
    """To which committee an inquiry goes."""

    committee = SelectField(_l("To which committee"), [InputRequired()])

    def offer(self, committees: Mapping[str, str]) -> None:
        """Let these committees be chosen from."""
        self.committee.choices = select_choices(committees.items())


class StatementForm(BaseForm):
    """A text for everybody."""

    heading = StringField(_l("Subject"), [DataRequired(), Length(max=MAX_LINE)])
    body = TextAreaField(_l("Text"), [DataRequired(), Length(max=MAX_TEXT)], description=_MARKDOWN)


class FaqForm(StatementForm):
    """A frequent question and its answer."""

    heading = StringField(_l("Question"), [DataRequired(), Length(max=MAX_LINE)])
    body = TextAreaField(_l("Answer"), [DataRequired(), Length(max=MAX_TEXT)], description=_MARKDOWN)


class CaseForm(BaseForm):
    """What the register says of a case of false information, and a capture of it."""

    claim = StringField(_l("What is said"), [DataRequired(), Length(max=MAX_LINE)])
    place = StringField(
        _l("Where it is said"), [DataRequired(), Length(max=MAX_LINE)], description=_l("A web address, or words.")
    )
    found_on = DateField(_l("Day on which it was found"), [InputRequired()])
    capture = FileField(
        _l("Capture"),
        [Optional()],
        description=_l("A picture or PDF; committees only can open it."),
        render_kw={"accept": ",".join(endings_of(CAPTURE_KINDS))},
    )
    assessment = TextAreaField(_l("Assessment"), [Optional(), Length(max=MAX_TEXT)])
    referred_to = StringField(_l("Referred to"), [Optional(), Length(max=MAX_LINE)])
    outcome = TextAreaField(
        _l("Outcome"), [Optional(), Length(max=MAX_TEXT)], description=_l("The case is open until there is one.")
    )

    def to_facts(self) -> CaseFacts:
        """Return what was entered."""
        texts = ("claim", "place", "assessment", "referred_to", "outcome")
        found_on: date = self.found_on.data  # type: ignore[assignment]  # it is required
        return CaseFacts(found_on=found_on, **{name: (self[name].data or "").strip() for name in texts})


class InquirySettingsForm(BaseForm):
    """How questions and complaints are taken, and the genuine addresses."""

    anonymous = BooleanField(_l("People without an account may ask, too"))
    working_days = IntegerField(
        _l("An answer takes at most so many working days"), [InputRequired(), NumberRange(1, MAX_DAYS)]
    )
    addresses = TextAreaField(
        _l("Further genuine addresses of the contest"),
        [Optional()],
        description=_l("One on each line, for instance of a fan page. The contest's own pages are named without it."),
    )

    complaint_extra_hours = IntegerField(
        _l("Further hours for complaints"),
        [Optional(), NumberRange(0, MAX_HOURS)],
        description=_l("After the time for which provisional results are public; nothing is adopted before."),
    )
    complaint_award_hours = IntegerField(
        _l("Hours for complaints about awards, from their adoption"), [Optional(), NumberRange(0, MAX_HOURS)]
    )
    complaint_late = BooleanField(_l("Complaints that come later are taken, and marked as late"))
    complaint_working_days = IntegerField(
        _l("A complaint is answered within so many working days"), [Optional(), NumberRange(1, MAX_DAYS)]
    )

    def offer_rounds(self, _rounds: Sequence[Phase]) -> None:
        """Say where it is set for how long provisional results are public, round by round."""
        link = Markup('<a href="{}">{}</a>').format(url_for("standings.overview", slug=slug()), _("Ranking rules"))
        field = self.complaint_extra_hours
        said = _("The hours for objections themselves stand in the ranking rules of each round:")
        field.description = Markup("{} {} {}").format(field.description, said, link)

    @classmethod
    def from_settings(cls, settings: InquirySettings) -> InquirySettingsForm:
        """Return the form filled with settings."""
        return cls(
            data={
                "anonymous": settings.anonymous,
                "working_days": settings.working_days,
                "addresses": "\n".join(settings.addresses),
                "complaint_extra_hours": settings.complaint_extra_hours,
                "complaint_award_hours": settings.complaint_award_hours,
                "complaint_late": settings.complaint_late,
                "complaint_working_days": settings.complaint_working_days,
            }
        )

    def to_settings(self) -> InquirySettings:
        """Return the settings that the form describes; raises SettingsError for what cannot be."""
        lines = (line.strip() for line in (self.addresses.data or "").splitlines())
        days = self.complaint_working_days.data
        return InquirySettings(
            anonymous=self.anonymous.data,
            working_days=self.working_days.data or 0,
            addresses=tuple(filter(None, lines)),
            complaint_extra_hours=self.complaint_extra_hours.data or 0,
            complaint_award_hours=self.complaint_award_hours.data or 0,
            complaint_late=self.complaint_late.data,
            complaint_working_days=InquirySettings().complaint_working_days if days is None else days,
        )
