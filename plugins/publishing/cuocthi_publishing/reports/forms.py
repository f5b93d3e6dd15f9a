"""Forms of the pages on papers: who issues them, who signs, which templates."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi_publishing.reports.decree import Authority, PaperKind
from cuocthi_publishing.reports.settings import PaperSettings, ReportSettings

_COMMON = ("superior", "issuer", "abbreviation", "place", "archive")
_TEXTS = ("addressee", "body", "head", "position", "name", "remarks")
_LINES = ("recipients", "bases")
AUTHORITIES = {
    Authority.OWN: _l("As the head, or for the collective alone"),
    Authority.ACTING: _l("Q. (acting head)"),
    Authority.DEPUTY: _l("KT. (deputy for the head)"),
    Authority.ORDER: _l("TL. (by standing order of the head)"),
    Authority.DELEGATED: _l("TUQ. (by delegation of the head)"),
}


class IssuerForm(BaseForm):
    """What is the same for all papers of a campaign."""

    superior = StringField(_l("Superior body"), [Length(max=200)])
    issuer = StringField(_l("Issuing body"), [Length(max=200)])
    abbreviation = StringField(
        _l("Abbreviation of the issuing body"),
        [Length(max=30)],
        description=_l("As it stands in number and symbol, for instance STTTT in …/BC-STTTT."),
    )
    place = StringField(_l("Place of signing"), [Length(max=60)], description=_l("It stands before the date."))
    archive = StringField(_l("Kept by"), [Length(max=60)], description=_l("Behind “Lưu:”, for instance VT, CNTT."))

    def show(self, settings: ReportSettings) -> None:
        """Fill the form with what holds now."""
        for name in _COMMON:
            self[name].data = asdict(settings)[name]

    def changed(self, settings: ReportSettings) -> ReportSettings:
        """Return the settings with what was entered; raises SettingsError for what cannot be."""
        texts: dict[str, Any] = {name: (self[name].data or "").strip() for name in _COMMON}
        return replace(settings, **texts)


class PaperForm(BaseForm):
    """What one kind of paper says beside its figures, and who signs it."""

    addressee = StringField(
        _l("Addressed to"),
        [Length(max=200)],
        description=_l("Whom the report is for, behind “Kính gửi:”. Empty where nobody is named."),
    )
    bases = TextAreaField(
        _l("Further bases of the decision"),
        description=_l("A line each, as they are to stand there, before the documents of the contest."),
    )
    body = StringField(
        _l("Signed for (TM.)"),
        [Length(max=160)],
        description=_l("The collective, for instance Ban Tổ chức Cuộc thi. Empty where a head signs alone."),
    )
    authority = RadioField(_l("Authority of who signs"), [InputRequired()])
    head = StringField(
        _l("Title of the head"), [Length(max=120)], description=_l("For whom it is signed, for instance Giám đốc.")
    )
    position = StringField(
        _l("Position of who signs"), [Length(max=160)], description=_l("For instance Giám đốc, Phó Giám đốc.")
    )
    name = StringField(
        _l("Full name of who signs"), [Length(max=80)], description=_l("Empty: left blank, for writing by hand.")
    )
    recipients = TextAreaField(_l("Copies go to"), description=_l("A line each, without dash."))
    remarks = TextAreaField(
        _l("Own paragraphs"),
        [Length(max=8000)],
        description=_l("What the figures cannot say: an assessment, proposals. A paragraph a line."),
    )

    def offer(self, kind: PaperKind) -> None:
        """Let the authority be chosen, and ask for what this kind of paper has."""
        self.authority.choices = select_choices(AUTHORITIES.items())
        if kind is not PaperKind.REPORT:
            del self.addressee
        if kind is not PaperKind.DECISION:
            del self.bases
        else:
            del self.remarks

    def show(self, paper: PaperSettings) -> None:
        """Fill the form with what holds now."""
        for name in _TEXTS:
            if name in self:
                self[name].data = asdict(paper)[name]
        for name in _LINES:
            if name in self:
                self[name].data = "\n".join(getattr(paper, name))
        self.authority.data = str(paper.authority)

    def changed(self, paper: PaperSettings) -> PaperSettings:
        """Return what was entered; raises SettingsError for what cannot be."""
        values: dict[str, Any] = {name: (self[name].data or "").strip() for name in _TEXTS if name in self}
        values |= {name: _lines(self[name].data) for name in _LINES if name in self}
        return replace(paper, authority=Authority(self.authority.data), **values)


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line.strip().removeprefix("- ") for line in (text or "").splitlines() if line.strip())


class DocxForm(BaseForm):
    """A DOCX template that replaces the one that comes along."""

    docx = FileField(_l("DOCX template"), [FileRequired()])


class PdfForm(BaseForm):
    """A Typst template that replaces the one that comes along."""

    pdf = FileField(_l("PDF template"), [FileRequired()])
