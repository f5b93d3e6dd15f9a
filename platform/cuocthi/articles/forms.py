"""The forms of articles and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from cuocthi.articles.domain import ArticleFacts
from cuocthi.articles.models import MAX_NOTE, MAX_SUMMARY, MAX_TITLE, ArticleKind
from cuocthi.documents.lines import to_choose
from cuocthi.files.kinds import endings_of
from cuocthi.pictures.models import MAX_ALT
from cuocthi.pictures.shrinking import KINDS
from cuocthi.timelines.forms import is_clock
from cuocthi.timelines.localtime import moment_on
from cuocthi.web.fields import select_choices
from cuocthi.web.forms import BaseForm
from cuocthi.web.forms import lazy_text as _l

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.articles.models import Article
    from cuocthi.documents.models import Document

_LONGEST = 60_000
_LAST_POSITION = 999
_MIDNIGHT = "0h00"


class ArticleForm(BaseForm):
    """What an article says. ``seen`` is the digest of what is edited, ``note`` says what changes in a public one."""

    kind = RadioField(
        _l("Kind of article"),
        [InputRequired()],
        choices=select_choices(
            [
                (ArticleKind.NEWS.value, _l("News, by its date")),
                (ArticleKind.REFERENCE.value, _l("Reference material to prepare with, in an order")),
            ]
        ),
    )
    title = StringField(_l("Title"), [DataRequired(), Length(max=MAX_TITLE)])
    summary = TextAreaField(
        _l("Summary"),
        [Optional(), Length(max=MAX_SUMMARY)],
        description=_l("One or two sentences, for lists and for portals that take the news over."),
    )
    body = TextAreaField(
        _l("Text"),
        [DataRequired(), Length(max=_LONGEST)],
        description=_l("Markdown: ## heading, **bold**, - list, [words](https://…). A picture stands by its code."),
    )
    documents = SelectMultipleField(
        _l("Documents below the text"),
        [Optional()],
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
        description=_l("Of the register, those that everybody may read."),
    )
    position = IntegerField(
        _l("Order"),
        [Optional(), NumberRange(0, _LAST_POSITION)],
        description=_l("For reference material: the lowest number stands first."),
    )
    seen = HiddenField()
    note = StringField(
        _l("What you change"),
        [Optional(), Length(max=MAX_NOTE)],
        description=_l("Stands below the text with the date, for everybody."),
    )

    @classmethod
    def blank(cls, kind: str) -> ArticleForm:
        """Return the form of a new article."""
        chosen = kind if kind in set(ArticleKind) else ArticleKind.NEWS.value
        return cls(data={"kind": chosen, "position": 0})

    @classmethod
    def of(cls, article: Article) -> ArticleForm:
        """Return the form filled with an article."""
        names = ("kind", "title", "summary", "body", "position")
        documents = [str(document.id) for document in article.documents]
        return cls(
            data={name: getattr(article, name) for name in names} | {"documents": documents, "seen": article.digest}
        )

    def offer(self, documents: Sequence[Document]) -> None:
        """Let documents be chosen; without any the field is left out."""
        if documents:
            self.documents.choices = select_choices(to_choose(documents))
        else:
            del self.documents

    def to_facts(self, documents: Sequence[Document]) -> ArticleFacts:
        """Return what was entered; call it once the form is valid."""
        chosen = set(self.documents.data or ()) if "documents" in self else set()
        return ArticleFacts(
            kind=ArticleKind(self.kind.data),
            title=self.title.data or "",
            summary=(self.summary.data or "").replace("\r\n", "\n"),
            body=(self.body.data or "").replace("\r\n", "\n"),
            position=self.position.data or 0,
            documents=[document for document in documents if str(document.id) in chosen],
        )


class PublishingForm(BaseForm):
    """From when an article is public; without a day at once."""

    seen = HiddenField()
    day = DateField(_l("Not before (day)"), [Optional()])
    clock = StringField(_l("Time of day"), [Optional(), Length(max=15), is_clock])

    def moment(self) -> datetime | None:
        """Return the moment that was entered. Raises DomainError for a day beyond all days."""
        return moment_on(self.day.data, self.clock.data or _MIDNIGHT) if self.day.data else None


class WithdrawalForm(BaseForm):
    """Why an article is withdrawn."""

    reason = StringField(
        _l("Reason"),
        [DataRequired(), Length(max=MAX_NOTE)],
        description=_l("Stands at the address of the article for everybody."),
    )


class PictureForm(BaseForm):
    """A new picture, and what it shows in words."""

    file = FileField(
        _l("Picture"),
        [FileRequired()],
        description=_l(
            "JPEG, PNG or WebP, at most 15 MB. It is made small; place, time and camera are taken out. Of who is to be "
            "recognised, have the consent."
        ),
        render_kw={"accept": ",".join(endings_of(KINDS))},
    )
    alt = StringField(
        _l("What it shows, in words"),
        [DataRequired(), Length(max=MAX_ALT)],
        description=_l(
            "For people who do not see it, such as “The chairman opens the contest in the hall of the department”."
        ),
    )
