"""Commands about people: the first administrator of an installation begins here."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from cuocthi.cli.context import committing, parts, person
from cuocthi.users.domain import add_user, find_credentials, prepare_registration
from cuocthi.users.models import User
from cuocthi.users.second_factor import reset


@click.group()
def users() -> None:
    """Add people who sign in; help who lost the second factor."""


@users.command()
@click.argument("name")
@click.argument("contact")
@click.option("--admin", is_flag=True, help="May create campaigns on the pages.")
@click.password_option(help="Asked for if it is not given.")
@with_appcontext
def add(name: str, contact: str, password: str, *, admin: bool) -> None:
    """Add a person called NAME who signs in with CONTACT, a phone number or e-mail address.

    For a person of that name, contact and password who is there already, only --admin takes effect.
    """
    with committing() as ctx:
        known = find_credentials(ctx, contact=contact, vault=parts().vault)
    registration = prepare_registration(name=name, contact=contact, password=password, known=known)
    with committing() as ctx:
        user = add_user(ctx, registration=registration, vault=parts().vault)
        user.is_admin = user.is_admin or admin
    click.echo(f"{user.name} can sign in" + (" and create campaigns" if user.is_admin else ""))


@users.command("reset-second-factor")
@click.argument("contact")
@click.option("--as", "administrator", default="", help="Contact of the person in whose name this is done.")
@with_appcontext
def reset_second_factor(contact: str, administrator: str) -> None:
    """Take the lost second factor of the person with CONTACT off, sign the person out everywhere, and record it.

    Be certain who asks: from then on the password alone lets this person in.
    """
    with committing(administrator) as ctx:
        user = ctx.session.get_one(User, person(ctx, contact))
        reset(ctx, user=user)
    click.echo(f"{user.name} signs in without a second factor")
