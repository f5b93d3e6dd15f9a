"""Commands about the keys of an installation: see them, change to a new one, drop an old one."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from cuocthi.audit.domain import record
from cuocthi.cli.context import committing, parts
from cuocthi.extensions import db
from cuocthi.security import rotation
from cuocthi.security.keys import add_data_key, drop_data_key, read_keys
from cuocthi.text import T, Text

_SHOWN_EVERY = 10 * rotation.BATCH


@click.group()
def keys() -> None:
    """Look after the keys that personal values are encrypted with, and those that sign what is handed out."""


@keys.command("list")
@with_appcontext
def list_() -> None:
    """List the keys, the current one last, and how many values of which columns need each."""
    with committing() as ctx:
        used = rotation.usage(ctx.session, vault=parts().vault)
    for key in parts().vault.names:
        needed = [item for item in used if item.key == key]
        mark = "current" if key == parts().vault.current else "old"
        click.echo(f"{key}\t{mark}\t{sum(item.values for item in needed)} value(s)")
        for item in needed:
            click.echo(f"\t{item.column}\t{item.values}")
    for item in used:
        if not item.key:
            click.echo(f"no key here opens {item.values} value(s) of {item.column}")
    for signing in parts().signer.public_keys():
        click.echo(f"{signing.id}\t{'signs' if signing.until is None else 'signed'}\tsince {signing.since:%Y-%m-%d}")


@keys.command("renew-signature")
@with_appcontext
def renew_signature() -> None:
    """Let a new key sign from now on; what was signed before stays verifiable by the public half of the former."""
    key = parts().signer.renew(now=parts().clock.now())
    _on_record("core:key:renew", T("Put a new key for signatures into use"), key.id)
    click.echo(f"{key.id} signs from now on; keep a copy of {parts().config.key_file.name} apart from the database")


@keys.command()
@with_appcontext
def rotate() -> None:
    """Let a new key become the current one, and encrypt all values with it; the site may run meanwhile.

    Where an older key is still there, the change to the newest one is carried on instead: after an interruption, or
    once more before `keys retire`. Exits 1 if values are left that no key opens.
    """
    vault = parts().vault
    if len(vault.names) == 1:
        key = add_data_key(parts().config.key_file, now=parts().clock.now())
        _on_record("core:key:add", T("Put a new key for personal values into use"), key)
        click.echo(f"{key} is the current key; keep a copy of {parts().config.key_file.name} apart from the database")
    else:
        click.echo(f"carrying on the change to {vault.current}; retire the older keys to begin another one")

    def show(done: int) -> None:
        if done % _SHOWN_EVERY == 0:
            click.echo(f"{done} …")

    done = rotation.reseal(db.session(), vault=vault, progress=show)
    click.echo(f"{done.values} value(s) encrypted anew")
    for column, number in done.closed.items():
        click.echo(f"no key here opens {number} value(s) of {column}")
    if done.closed:
        raise SystemExit(1)


@keys.command()
@with_appcontext
def retire() -> None:
    """Drop every key but the current one. Refused, with the reason, as long as a value may need one of them.

    A copy of the key file that was kept before still opens a copy of the database from before.
    """
    vault, config = parts().vault, parts().config
    former = vault.names[:-1]
    with committing() as ctx:
        rotation.check_retirement(ctx, vault=vault, since=read_keys(config.key_file).current_since)
    for key in former:
        drop_data_key(config.key_file, key)
        _on_record("core:key:retire", T("Dropped an old key for personal values"), key)
        click.echo(f"{key} is gone")
    if not former:
        click.echo(f"there is no key but {vault.current}")


def _on_record(action: str, summary: Text, key: str) -> None:
    with committing() as ctx:
        record(
            ctx, action=action, summary=summary, campaign=None, object_kind="key", object_id=None, after={"key": key}
        )
