"""The form of a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, SelectField, StringField, URLField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from cuocthi.documents.domain import FILE_KINDS, DocumentFacts
from cuocthi.documents.lines import KINDS, to_choose
from cuocthi.documents.models import DocumentKind
from cuocthi.files.kinds import endings_of
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from cuocthi.documents.models import Document


class DocumentForm(BaseForm):
    """What the register says of a document, and its file."""

    kind = SelectField(_l("Kind"))
    symbol = StringField(_l("Number and symbol"), [Length(max=60)], description=_l("For instance 52/KH-STTTT."))
    title = StringField(_l("Title"), [DataRequired(), Length(max=400)])
    issuer = StringField(_l("Issued by"), [Length(max=200)])
    issued_on = DateField(_l("Day of issue"), [Optional()])
    authority = StringField(
        _l("Authority of who signs"), [Length(max=160)], description=_l("For instance “TM. Ban Tổ chức”.")
    )
    office = StringField(_l("Position of who signs"), [Length(max=160)], description=_l("For instance “Trưởng ban”."))
    signatory = StringField(_l("Full name of who signs"), [Length(max=80)])
    replaces = SelectField(_l("Replaces"), [Optional()])
    url = URLField(
        _l("Address on the web"),
        [Optional(), Length(max=400), Regexp(r"https?://\S+", message=_l("Begin with http:// or https://."))],
    )
    file = FileField(
        _l("File"),
        [Optional()],
        description=_l("PDF, DOCX, XLSX, picture or text."),
        render_kw={"accept": ",".join(endings_of(FILE_KINDS))},
    )
    public = BooleanField(_l("Everybody may read it"))

    def offer(self, others: Iterable[Document]) -> None:
        """Let the kinds, and the documents that may be replaced, be chosen from."""
        self.kind.choices = select_choices((kind.value, translate(title)) for kind, title in KINDS.items())
        self.replaces.choices = select_choices([("", _l("None")), *to_choose(others)])

    def to_facts(self) -> DocumentFacts:
        """Return what was entered."""
        return DocumentFacts(
            kind=DocumentKind(self.kind.data),
            title=(self.title.data or "").strip(),
            symbol=(self.symbol.data or "").strip(),
            issuer=(self.issuer.data or "").strip(),
            issued_on=self.issued_on.data,
            url=(self.url.data or "").strip(),
            public=self.public.data,
            authority=(self.authority.data or "").strip(),
            office=(self.office.data or "").strip(),
            signatory=(self.signatory.data or "").strip(),
        )
