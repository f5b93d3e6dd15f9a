"""The command line: everything that the pages can do for automation, and what only an operator does."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click
from flask.cli import FlaskGroup

from cuocthi.app import create_app, registry_of
from cuocthi.cli import campaigns, database, demo, keys, messages, plugins, rehearse, serving, users, verify
from cuocthi.config import ConfigError
from cuocthi.errors import ContractError, DomainError
from cuocthi.memory import share_one_heap
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask


class PlatformGroup(FlaskGroup):
    """Flask's command group with the plugins' own commands as ``cuocthi <plugin> …`` and refusals as plain messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, the plugins' included."""
        return sorted({*super().list_commands(ctx), *self._contributed(ctx)})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a command of the platform or of a plugin."""
        return super().get_command(ctx, name) or self._contributed(ctx).get(name)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the contest's rules refuse is said in words, without a traceback."""
        try:
            return super().invoke(ctx)
        except DomainError as error:
            raise click.ClickException(_in_words(ctx, error)) from error
        except (ConfigError, ContractError) as error:
            raise click.ClickException(str(error)) from error

    def _contributed(self, ctx: click.Context) -> dict[str, click.Group]:
        app = _loaded(ctx)
        if app is None:
            return {}
        found: dict[str, click.Group] = {}
        for plugin, command in registry_of(app).hooks.boot("register_commands", click.Command):
            title = str(registry_of(app).hooks.plugins[plugin].title)
            found.setdefault(plugin, click.Group(plugin, help=f"{title}.")).add_command(command)
        return found


def _application() -> Flask:
    # The first thread, which the application may begin, would have a heap of its own, and so would processes after it.
    share_one_heap()
    return create_app()


def _loaded(ctx: click.Context) -> Flask | None:
    from flask.cli import ScriptInfo  # noqa: PLC0415 - only for the type

    try:
        return ctx.ensure_object(ScriptInfo).load_app()
    except (ConfigError, ContractError) as error:
        click.secho(str(error), fg="red", err=True)
        return None


def _in_words(ctx: click.Context, error: DomainError) -> str:
    details: Sequence[Any] = (*getattr(error, "reasons", ()), *getattr(error, "problems", ()))
    app = _loaded(ctx)
    with app.app_context() if app else nullcontext():
        lines = [translate(error.message), *(f"- {translate(text)}" for text in details)]
    return "\n".join(lines)


main = PlatformGroup(
    name="cuocthi",
    create_app=_application,
    add_default_commands=False,
    load_dotenv=False,
    help="Run online contests: serve the pages, keep the database, move campaigns in and out, rehearse.",
)
for _command in (
    serving.run,
    serving.worker,
    database.db,
    campaigns.campaigns,
    campaigns.rankings,
    campaigns.audit,
    demo.demo,
    rehearse.rehearse,
    plugins.plugins,
    users.users,
    messages.messages,
    keys.keys,
    verify.verify,
):
    main.add_command(_command)
