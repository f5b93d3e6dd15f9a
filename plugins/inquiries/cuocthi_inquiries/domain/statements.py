"""What the committee says to everybody: answers to frequent questions, and official corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, Missing
from cuocthi.text import T
from cuocthi_inquiries.domain.texts import checked
from cuocthi_inquiries.models import MAX_LINE, MAX_TEXT, Statement, StatementKind
from cuocthi_inquiries.queries import case_of, inquiry_of, statement_from, statement_of, statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text


def publish(
    ctx: Context,
    *,
    campaign: Campaign,
    kind: StatementKind,
    heading: str,
    body: str,
    inquiry_id: int | None = None,
    case_id: int | None = None,
) -> Statement:
    """Publish a new statement, after the others of its kind.

    It may be made from an inquiry or answer a case of false information. Raises Missing if there is no such thing in
    the campaign, Conflict if the inquiry has a public answer already, DomainError for texts that cannot be.
    """
    _check_origin(ctx, campaign, inquiry_id, case_id)
    last = sa.select(sa.func.max(Statement.position)).where(
        Statement.campaign_id == campaign.id, Statement.kind == kind
    )
    statement = Statement(
        campaign_id=campaign.id,
        kind=kind,
        position=(ctx.session.scalar(last) or 0) + 1,
        published_at=ctx.now,
        inquiry_id=inquiry_id,
        case_id=case_id,
        **_texts(heading, body),
    )
    ctx.session.add(statement)
    _note(ctx, campaign, statement, "publish", T("Published “%(heading)s”"), {}, _texts(heading, body))
    return statement


def edit(
    ctx: Context, *, campaign: Campaign, kind: StatementKind, statement_id: int, heading: str, body: str
) -> Statement:
    """Change the words of a statement, which then says since when it reads so. Raises Missing, DomainError."""
    statement = _found(ctx, campaign, kind, statement_id)
    before, after = {"heading": statement.heading, "body": statement.body}, _texts(heading, body)
    if after != before:
        statement.heading, statement.body, statement.changed_at = after["heading"], after["body"], ctx.now
        _note(ctx, campaign, statement, "edit", T("Changed “%(heading)s”"), before, after)
    return statement


def show(ctx: Context, *, campaign: Campaign, kind: StatementKind, statement_id: int, published: bool) -> Statement:
    """Take a statement off the public pages, or publish it again; it stays on record either way. Raises Missing."""
    statement = _found(ctx, campaign, kind, statement_id)
    if statement.published is not published:
        statement.published = published
        summary = T("Published “%(heading)s” again") if published else T("Withdrew “%(heading)s”")
        verb = "restore" if published else "withdraw"
        _note(ctx, campaign, statement, verb, summary, {"published": not published}, {"published": published})
    return statement


def move_up(ctx: Context, *, campaign: Campaign, kind: StatementKind, statement_id: int) -> Statement:
    """Put a statement before the one that stands before it now; the first stays where it is. Raises Missing."""
    statement = _found(ctx, campaign, kind, statement_id)
    ordered = list(statements(ctx, campaign_id=campaign.id, kind=kind))
    place = ordered.index(statement)
    if place:
        above = ordered[place - 1]
        before = {"position": statement.position}
        statement.position, above.position = above.position, statement.position
        after = {"position": statement.position}
        _note(ctx, campaign, statement, "move", T("Moved “%(heading)s” up"), before, after)
    return statement


def _found(ctx: Context, campaign: Campaign, kind: StatementKind, statement_id: int) -> Statement:
    statement = statement_of(ctx, campaign_id=campaign.id, kind=kind, statement_id=statement_id)
    if statement is None:
        raise Missing(T("There is no such text here."))
    return statement


def _check_origin(ctx: Context, campaign: Campaign, inquiry_id: int | None, case_id: int | None) -> None:
    if inquiry_id is not None:
        if inquiry_of(ctx, campaign_id=campaign.id, inquiry_id=inquiry_id) is None:
            raise Missing(T("There is no question %(number)s.", number=inquiry_id))
        if statement_from(ctx, inquiry_id=inquiry_id) is not None:
            raise Conflict(T("A public answer was made from this question already."))
    if case_id is not None and case_of(ctx, campaign_id=campaign.id, case_id=case_id) is None:
        raise Missing(T("There is no case %(number)s in the register.", number=case_id))


def _texts(heading: str, body: str) -> dict[str, str]:
    return {
        "heading": checked(heading, MAX_LINE, "heading"),
        "body": checked(body, MAX_TEXT, "body"),
    }


def _note(  # noqa: PLR0917 - the parts of an event
    ctx: Context,
    campaign: Campaign,
    statement: Statement,
    verb: str,
    summary: Text,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    """Flush a change that the public pages show, and put it on record."""
    campaign.version += 1
    ctx.session.flush()
    record(
        ctx,
        action=f"inquiries:{statement.kind}:{verb}",
        summary=T(summary.msgid, heading=statement.heading),
        campaign=campaign,
        object_kind="statement",
        object_id=statement.id,
        before=before,
        after=after,
    )
