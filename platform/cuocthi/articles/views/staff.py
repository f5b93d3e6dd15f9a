"""Articles for their editors: written, looked at as the public will see them, published, corrected, withdrawn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.articles.addresses import address
from cuocthi.articles.domain import (
    call_article_off,
    discard_article,
    edit_article,
    publish_article,
    withdraw_article,
    write_article,
)
from cuocthi.articles.forms import ArticleForm, PublishingForm, WithdrawalForm
from cuocthi.articles.models import ArticleKind, ArticleState
from cuocthi.articles.queries import article_of, articles
from cuocthi.articles.views.blueprint import as_shown, blueprint, shown_pictures
from cuocthi.documents.queries import documents
from cuocthi.errors import DomainError
from cuocthi.pictures.queries import pictures
from cuocthi.text import T
from cuocthi.users.names import fold
from cuocthi.web.context import committing, reading_context, request_time
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.articles.models import Article
    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.text import Text

VIEW, EDIT, PUBLISH = "core:campaign:view", "core:article:edit", "core:article:publish"

KINDS = {ArticleKind.NEWS: T("News"), ArticleKind.REFERENCE: T("Reference material")}
_SCHEDULED = T("Waits for its moment")
_STATES = {
    ArticleState.DRAFT: T("Draft"),
    ArticleState.PUBLISHED: T("Published"),
    ArticleState.WITHDRAWN: T("Withdrawn from the pages"),
}


def _state(article: Article) -> Text:
    return _SCHEDULED if article.is_scheduled(request_time()) else _STATES[article.state]


@blueprint.page("/staff/articles/", permission=VIEW)
def listing() -> Response:
    """List the articles, the newest first."""
    table = Table(
        id="articles",
        path=url_for("articles.listing", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("title", _("Title"), cell=lambda one: one.title),
            Column("kind", _("Kind"), cell=lambda one: KINDS[one.kind]),
            Column("when", _("When"), cell=lambda one: one.published_at),
            Column("state", _("State"), kind="status", cell=_state),
        ],
        sort="title",
        filters=[Filter("kind", _("Kind"), [(kind.value, title) for kind, title in KINDS.items()])],
    )
    found = partial(_matching, table=table, campaign_id=g.campaign.id)
    if table.export:
        return download(table, found, of="core:article", summary=T("Exported the list of articles"))
    matching = found(reading_context())
    return render(
        "articles/listing.html",
        table=table.show(table.part_of(matching), len(matching)),
        kinds=KINDS,
        state_of=_state,
        now=request_time(),
    )


def _matching(ctx: Context, *, table: Table, campaign_id: int) -> list[Article]:
    words = fold(table.search).split()
    return [
        one
        for one in articles(ctx, campaign_id=campaign_id)
        if table.filtered["kind"] in ("", one.kind.value) and all(word in fold(one.title) for word in words)
    ]


@blueprint.page("/staff/articles/<int:article_id>", permission=VIEW, endpoint="show")
def show(article_id: int) -> Response:
    """Show an article as everybody will see it, with what can be done with it."""
    found = _article(reading_context(), article_id)
    return _show(found, PublishingForm(data={"seen": found.digest}), WithdrawalForm())


def _show(found: Article, publishing: PublishingForm, withdrawal: WithdrawalForm, *, status: int = 200) -> Response:
    return render(
        "articles/show.html",
        status=status,
        article=found,
        shown=as_shown(found),
        state=_state(found),
        kind=KINDS[found.kind],
        public=found.is_public(request_time()),
        scheduled=found.is_scheduled(request_time()),
        address=address(found),
        publishing=publishing,
        withdrawal=withdrawal,
    )


@blueprint.page("/staff/articles/new", permission=EDIT)
def new() -> Response:
    """Show an empty article."""
    form = ArticleForm.blank(request.args.get("kind", ""))
    _offer(reading_context(), form)
    return _page(form, None)


@blueprint.page("/staff/articles/new", permission=EDIT, methods=["POST"], endpoint="add")
def add() -> AnyResponse:
    """Write an article; nobody outside sees it yet."""
    form = ArticleForm()
    offered = _offer(reading_context(), form)
    if form.validate():
        try:
            with committing() as ctx:
                written = write_article(ctx, campaign=g.campaign, facts=form.to_facts(offered))
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("This is how everybody will see it; nothing has been published yet."), "ok")
            return _to(written)
    return _page(form, None, status=422)


@blueprint.page("/staff/articles/<int:article_id>/edit", permission=EDIT)
def edit(article_id: int) -> Response:
    """Show an article for editing."""
    ctx = reading_context()
    found = _article(ctx, article_id)
    form = ArticleForm.of(found)
    _offer(ctx, form)
    return _page(form, found)


@blueprint.page("/staff/articles/<int:article_id>/edit", permission=EDIT, methods=["POST"], endpoint="save")
def save(article_id: int) -> AnyResponse:
    """Store an article; a public one with what was changed."""
    ctx, form = reading_context(), ArticleForm()
    found, offered = _article(ctx, article_id), _offer(ctx, form)
    if form.validate():
        try:
            with committing() as writing:
                edit_article(
                    writing,
                    campaign=g.campaign,
                    article=found,
                    facts=form.to_facts(offered),
                    seen=form.seen.data or "",
                    note=form.note.data or "",
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved."), "ok")
            return _to(found)
    return _page(form, _article(reading_context(), article_id), status=422)


@blueprint.page("/staff/articles/<int:article_id>/publish", permission=PUBLISH, methods=["POST"])
def publish(article_id: int) -> AnyResponse:
    """Let everybody read an article, at once or from a moment on."""
    form, found = PublishingForm(), _article(reading_context(), article_id)
    if form.validate():
        try:
            with committing() as ctx:
                moment = form.moment()
                publish_article(ctx, campaign=g.campaign, article=found, seen=form.seen.data or "", not_before=moment)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("It goes out by itself.") if moment else _("Everybody can read it now."), "ok")
            return _to(found)
    return _show(_article(reading_context(), article_id), form, WithdrawalForm(formdata=None), status=422)


@blueprint.page("/staff/articles/<int:article_id>/call-off", permission=PUBLISH, methods=["POST"])
def call_off(article_id: int) -> AnyResponse:
    """Make a draft again of an article that waits for its moment."""
    found = _article(reading_context(), article_id)
    with committing() as ctx:
        call_article_off(ctx, campaign=g.campaign, article=found)
    flash(_("It is a draft again."), "ok")
    return _to(found)


@blueprint.page("/staff/articles/<int:article_id>/withdraw", permission=PUBLISH, methods=["POST"])
def withdraw(article_id: int) -> AnyResponse:
    """Take an article off all pages, with a reason."""
    form, found = WithdrawalForm(), _article(reading_context(), article_id)
    if form.validate():
        try:
            with committing() as ctx:
                withdraw_article(ctx, campaign=g.campaign, article=found, reason=form.reason.data or "")
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("It is withdrawn; its address says why."), "ok")
            return _to(found)
    return _show(_article(reading_context(), article_id), PublishingForm(formdata=None), form, status=422)


@blueprint.page("/staff/articles/<int:article_id>/discard", permission=EDIT, methods=["POST"])
def discard(article_id: int) -> AnyResponse:
    """Throw a draft away."""
    found = _article(reading_context(), article_id)
    with committing() as ctx:
        discard_article(ctx, campaign=g.campaign, article=found)
    flash(_("The draft was discarded."), "ok")
    return redirect(url_for("articles.listing", slug=g.campaign.slug))


def _article(ctx: Context, article_id: int) -> Article:
    return article_of(ctx, campaign_id=g.campaign.id, article_id=article_id) or abort(404)


def _offer(ctx: Context, form: ArticleForm) -> list[Document]:
    offered = list(documents(ctx, campaign_id=g.campaign.id, public_only=True))
    form.offer(offered)
    return offered


def _to(article: Article) -> AnyResponse:
    return redirect(url_for("articles.show", slug=g.campaign.slug, article_id=article.id))


def _page(form: ArticleForm, found: Article | None, *, status: int = 200) -> Response:
    ctx = reading_context()
    at_hand = pictures(ctx, campaign_id=g.campaign.id)
    return render(
        "articles/edit.html",
        status=status,
        form=form,
        article=found,
        public=found is not None and found.is_public(request_time()),
        pictures=at_hand,
        shown=shown_pictures(at_hand),
    )
