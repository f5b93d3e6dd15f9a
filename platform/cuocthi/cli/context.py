"""The context of a command: the application's session, its clock, and who acts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
import sqlalchemy as sa
from flask import current_app

from cuocthi.app import registry_of
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.queries import roles_in
from cuocthi.context import Actor, Context
from cuocthi.extensions import db
from cuocthi.security.permissions import require
from cuocthi.users.contacts import contact_index, normalise_contact
from cuocthi.users.models import Contact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi.registry import Registry


def parts() -> Registry:
    """Return the running application's parts."""
    return registry_of(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way


@contextmanager
def committing(contact: str = "") -> Iterator[Context]:
    """Give the context of a command and commit it on leaving.

    ``contact`` (a phone number or e-mail address) names the person in whose name the command acts; without it the
    system acts. Raises click.BadParameter if nobody has that contact.
    """
    session = db.session()
    ctx = Context(session=session, hooks=parts().hooks, now=parts().clock.now())
    if contact:
        ctx = Context(session=session, hooks=ctx.hooks, now=ctx.now, actor=Actor(person(ctx, contact), "cli"))
    try:
        yield ctx
        session.commit()
    except BaseException:
        session.rollback()
        raise


def person(ctx: Context, contact: str) -> int:
    """Return the id of the one person with a contact. Raises click.BadParameter for none or several."""
    index = contact_index(normalise_contact(contact), parts().vault)
    found = list(ctx.session.scalars(sa.select(Contact.user_id).where(Contact.blind_index == index).distinct()))
    if len(found) != 1:
        msg = f"{len(found)} persons have the contact {contact}; one is needed"
        raise click.BadParameter(msg)
    return found[0]


def campaign_named(ctx: Context, slug: str, *, permission: str = "") -> Campaign:
    """Return the campaign of that slug; with ``permission``, only if the person who acts holds it there.

    Raises click.BadParameter for an unknown slug, Forbidden without the permission.
    """
    found = ctx.session.scalar(sa.select(Campaign).where(Campaign.slug == slug))
    if found is None:
        known = ", ".join(ctx.session.scalars(sa.select(Campaign.slug).order_by(Campaign.slug))) or "none"
        msg = f"there is no campaign {slug!r}; known are: {known}"
        raise click.BadParameter(msg)
    if permission:
        permissions = parts().permissions
        roles = roles_in(ctx, campaign_id=found.id, user_id=ctx.actor.user_id)
        held = permissions.granted(roles, archived=found.state is CampaignState.ARCHIVED)
        require(held, permission, permissions.by_name)
    return found
