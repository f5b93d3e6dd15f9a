"""Applications for tests: made once for each choice of plugins, settings and kind of database.

Compiling routes, templates and statements takes longer than most tests do.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from cuocthi import registry
from cuocthi.app import assemble, create_app, flask_settings
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
    own = {"instance", "database_url", "keys"}
    settings = (getattr(config, item.name) for item in fields(config) if item.name not in own)
    key = (*plugins, config.effective_database_url, *settings)
    if key not in _made:
        app = create_app(config, plugins, clock=clock)
        app.jinja_env.bytecode_cache = COMPILED
        _made[key] = app, dict(app.config), dict(app.extensions)
        return app
    app, configured, extensions = _made[key]
    app.config.clear()
    app.config.update(configured | flask_settings(config))
    app.extensions.clear()
    app.extensions.update(extensions)
    app.extensions[registry.EXTENSION] = assemble(config, plugins, clock)
    with app.app_context():
        limiter.reset()
    return app
