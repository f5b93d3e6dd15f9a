"""My data: seeing it, taking it away, having it corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, flash, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cuocthi.campaigns.queries import campaign_by_slug
from cuocthi.enrolments.queries import enrolment_of
from cuocthi.errors import DomainError
from cuocthi.personal import corrections
from cuocthi.personal.collecting import as_file, of_account, of_contests
from cuocthi.personal.forms import NameForm, WishForm
from cuocthi.personal.models import CorrectionKind
from cuocthi.personal.views.blueprints import my_pages
from cuocthi.personal.withdrawing import is_erased, why_no_erasure
from cuocthi.users.models import User
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment


@my_pages.page("/", signed_in=True)
def data() -> Response:
    """Show everything that is stored about the reader."""
    return _page()


@my_pages.page("/download", signed_in=True)
def download() -> Response:
    """Hand out everything that is stored about the reader as a file."""
    ctx, vault = reading_context(), registry().vault
    user = own_account(ctx)
    name, content = as_file(
        of_account(ctx, user=user, vault=vault),
        of_contests(ctx, user=user, vault=vault),
        made_at=ctx.now,
        write=translate,
    )
    response = Response(content, content_type="application/zip" if name.endswith(".zip") else "application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@my_pages.page("/name", signed_in=True, methods=["POST"])
def name() -> AnyResponse:
    """Put the reader's name right."""
    form = NameForm()
    if form.validate():
        try:
            with committing() as ctx:
                asked = corrections.correct_name(ctx, user=own_account(ctx), name=form.name.data or "")
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_name_is_right(asked), "ok")
            return redirect(url_for(".data"))
    return _page(form, status=422)


def _name_is_right(asked: int) -> str:
    if not asked:
        return _("Your name is put right.")
    return ngettext(
        "Your name is put right. In %(num)s contest it stands in the registration; the support looks at it there.",
        "Your name is put right. In %(num)s contests it stands in the registration; the support looks at it there.",
        asked,
    )


@my_pages.page("/wish/<slug>", signed_in=True, methods=["GET", "POST"])
def wish(slug: str) -> AnyResponse:
    """Take what else is wrong in the reader's registration, for the support to look at."""
    ctx, status = reading_context(), 200
    campaign, enrolment = own_entry(ctx, slug)
    if is_erased(ctx, enrolment_id=enrolment.id):
        abort(404)
    waiting = corrections.waiting_wish(ctx, enrolment_id=enrolment.id)
    form = WishForm(data={"wish": waiting.wish} if waiting else {})
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with committing() as changing:
                    __, held = own_entry(changing, slug)
                    corrections.ask(changing, enrolment=held, kind=CorrectionKind.OTHER, wish=form.wish.data or "")
            except DomainError as error:
                attach_error(form, error)
            else:
                flash(_("Thank you. The support looks at it; you find the answer on this page."), "ok")
                return redirect(url_for(".data"))
    return render("personal/wish.html", status=status, form=form, contest=campaign, waiting=waiting)


def own_account(ctx: Context) -> User:
    """Return the reader's account."""
    return ctx.session.get_one(User, ctx.actor.user_id)


def own_entry(ctx: Context, slug: str) -> tuple[Campaign, Enrolment]:
    """Return a contest and the reader's part in it; 404 if there is none."""
    campaign = campaign_by_slug(ctx, slug=slug) or abort(404)
    return campaign, enrolment_of(ctx, campaign_id=campaign.id, user_id=ctx.actor.user_id or 0) or abort(404)


def _page(form: NameForm | None = None, *, status: int = 200) -> Response:
    ctx, vault = reading_context(), registry().vault
    user = own_account(ctx)
    return render(
        "personal/data.html",
        status=status,
        form=form or NameForm(formdata=None, name=user.name),
        account=of_account(ctx, user=user, vault=vault),
        contests=of_contests(ctx, user=user, vault=vault),
        why_not=why_no_erasure(ctx, user=user),
    )
