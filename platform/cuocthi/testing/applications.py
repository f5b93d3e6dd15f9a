"""Applications for tests: made once for each choice of plugins and settings, then moved from database to database.

Compiling routes and templates takes longer than most tests do.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, cast

import sqlalchemy as sa

from cuocthi import registry
from cuocthi.app import assemble, create_app, flask_settings
from cuocthi.database import configure_engine
from cuocthi.extensions import db
from cuocthi.security.limits import limiter
from cuocthi.testing.templates import COMPILED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from flask import Flask

    from cuocthi.clock import Clock
    from cuocthi.config import Config

_made: dict[tuple[object, ...], tuple[Flask, dict[str, object], dict[str, object]]] = {}


def application(config: Config, plugins: Sequence[ModuleType], clock: Clock) -> Flask:
    """Return an application as ``create_app`` would: a new one, or one made before, with nothing left of its past."""
    kind = sa.make_url(config.effective_database_url).get_backend_name()
    own = {"instance", "database_url", "keys"}
    key = (*plugins, kind, *(getattr(config, item.name) for item in fields(config) if item.name not in own))
    if key not in _made:
        app = create_app(config, plugins, clock=clock)
        app.jinja_env.bytecode_cache = COMPILED
        _made[key] = app, dict(app.config), dict(app.extensions)
        return app
    app, settings, extensions = _made[key]
    app.config.clear()
    app.config.update(settings | flask_settings(config))
    app.extensions.clear()
    app.extensions.update(extensions)
    app.extensions[registry.EXTENSION] = assemble(config, plugins, clock)
    with app.app_context():
        engine = sa.create_engine(config.effective_database_url, **app.config["SQLALCHEMY_ENGINE_OPTIONS"])
        configure_engine(engine)
        cast("dict[str | None, sa.Engine]", db.engines)[None] = engine
        limiter.reset()
    return app
