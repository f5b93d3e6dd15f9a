"""The one place where an application is wired; read it from top to bottom.

Every module in ``VIEWS`` has ``blueprints`` (a tuple of Flask blueprints) and ``navigation`` (a tuple of ``NavEntry``).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, g, request
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from cuocthi import config as configuration
from cuocthi import registry as parts
from cuocthi.articles import views as article_views
from cuocthi.audit import views as audit_views
from cuocthi.campaigns import views as campaign_views
from cuocthi.clock import ShiftedClock
from cuocthi.committees import views as committee_views
from cuocthi.core_jobs import CORE_JOBS
from cuocthi.database import autocommitting, configure_engine, set_read_only
from cuocthi.documents import views as document_views
from cuocthi.enrolments import views as enrolment_views
from cuocthi.errors import ContractError
from cuocthi.extensions import csrf, db
from cuocthi.files import views as file_views
from cuocthi.incidents import views as incident_views
from cuocthi.jobs import views as job_views
from cuocthi.logs import configure_log
from cuocthi.merging import views as merging_views
from cuocthi.news import views as news_views
from cuocthi.personal import views as personal_views
from cuocthi.plugins.manager import Hooks, installed_modules
from cuocthi.prerequisites import views as prerequisite_views
from cuocthi.rosters import views as roster_views
from cuocthi.rules import views as rule_views
from cuocthi.security import limits
from cuocthi.security.personal_data import Vault
from cuocthi.standings import views as standing_views
from cuocthi.support import views as support_views
from cuocthi.tasks import views as task_views
from cuocthi.timelines import views as timeline_views
from cuocthi.units import views as unit_views
from cuocthi.users import sign_in
from cuocthi.users import views as user_views
from cuocthi.web import access, errors, i18n, requests, security_headers
from cuocthi.web.assets import Assets
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import AT_ONCE, registry, request_time
from cuocthi.web.from_memory import FromMemory
from cuocthi.web.htmx import htmx
from cuocthi.web.navigation import Navigation
from cuocthi.web.platform import Platform

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from cuocthi.clock import Clock
    from cuocthi.config import Config

VIEWS = (
    user_views,
    unit_views,
    campaign_views,
    timeline_views,
    incident_views,
    task_views,
    prerequisite_views,
    committee_views,
    document_views,
    rule_views,
    enrolment_views,
    news_views,
    article_views,
    standing_views,
    merging_views,
    support_views,
    roster_views,
    file_views,
    job_views,
    audit_views,
    personal_views,
)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HERE = Path(__file__).parent


def create_app(
    config: Config | None = None,
    plugins: Sequence[ModuleType] | None = None,
    *,
    clock: Clock | None = None,
) -> Flask:
    """Return an application.

    ``config`` defaults to the installation's own; ``plugins`` to the installed entry points (a list loads exactly
    those modules); ``clock`` to the machine's, shifted by the instance's rehearsal file if there is one. Touches no
    database. Raises ConfigError or ContractError with a message for who installs or writes plugins.
    """
    configure_log()
    config = config or configuration.load()
    app = Platform("cuocthi", root_path=str(_HERE), template_folder="web/templates", static_folder=None)
    app.wsgi_app = FromMemory(app, app.wsgi_app)  # type: ignore[method-assign]
    _configure(app, config)
    clock = clock or ShiftedClock(config.instance / "clock.json")
    assembled = assemble(config, installed_modules() if plugins is None else plugins, clock)
    app.extensions[parts.EXTENSION] = assembled

    db.init_app(app)
    requests.init_app(app)
    csrf.init_app(app)
    htmx.init_app(app)
    limits.init_app(app)
    sign_in.init_app(app)
    i18n.init_app(app, _catalogues(assembled.hooks))
    errors.init_app(app)
    security_headers.init_app(app)
    _register_pages(app, assembled.hooks)
    _begin_transactions(app)
    return app


def assemble(config: Config, plugins: Sequence[ModuleType], clock: Clock) -> parts.Registry:
    """Return what an application is made of; raises ContractError for whoever writes plugins."""
    return parts.build(config, clock, Hooks(plugins), Vault(config.keys, config.key_file), CORE_JOBS)


def flask_settings(config: Config) -> dict[str, Any]:
    """Return what Flask and its extensions are told of an installation."""
    return dict(
        SECRET_KEY=config.keys.cookie,
        SESSION_COOKIE_NAME="cuocthi",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=config.session_hours * 3600,
        MAX_CONTENT_LENGTH=config.upload_limit_mb * 1024 * 1024,
        SQLALCHEMY_DATABASE_URI=config.effective_database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(config),
        # A token lives as long as the session: a paper may lie open for hours.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        TESTING=config.testing,
        **_public_address(config.public_url),
    )


def _configure(app: Flask, config: Config) -> None:
    app.config.update(flask_settings(config))
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if config.trusted_hops:
        hops = config.trusted_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops, hops, hops)  # type: ignore[method-assign]


def _public_address(public_url: str) -> dict[str, str]:
    """Links made outside a request (commands, jobs) follow the configured public address."""
    address = urlsplit(public_url)
    return {
        "SERVER_NAME": address.netloc,
        "APPLICATION_ROOT": address.path or "/",
        "PREFERRED_URL_SCHEME": address.scheme,
    }


def _engine_options(config: Config) -> dict[str, Any]:
    if config.effective_database_url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False, "timeout": 10}}
    return {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": False}


def _catalogues(hooks: Hooks) -> list[tuple[str, Path]]:
    """Return the owners' catalogues; the core's is the last, so that no plugin words anew what the core says."""
    owners = [(info.name, Path(info.catalogue)) for info in hooks.plugins.values() if info.catalogue]
    return [*owners, ("cuocthi", _HERE / "translations")]


def _register_pages(app: Flask, hooks: Hooks) -> None:
    blueprints = hooks.boot("register_blueprints", Blueprint)
    folders = {name: blueprint.assets for name, blueprint in blueprints if isinstance(blueprint, CampaignBlueprint)}
    Assets({name: folder for name, folder in folders.items() if folder}).init_app(app)
    for module in VIEWS:
        for blueprint in module.blueprints:
            app.register_blueprint(blueprint)
    for plugin, blueprint in blueprints:
        _check_blueprint(plugin, blueprint)
        app.register_blueprint(blueprint)
    _check_access(app)
    navigation = Navigation([entry for module in VIEWS for entry in module.navigation])

    @app.context_processor
    def common() -> dict[str, Any]:
        return {
            "site_name": registry().config.site_name,
            "campaign": g.get("campaign"),
            "permissions": g.get("permissions", frozenset()),
            "locale": i18n.language(),
            "now": request_time(),
            "nav": navigation,
        }


def _check_blueprint(plugin: str, blueprint: Blueprint) -> None:
    if not isinstance(blueprint, CampaignBlueprint) or blueprint.plugin != plugin or blueprint.name != plugin:
        msg = f"plugin {plugin!r}: its blueprint must be CampaignBlueprint({plugin!r}, __name__, plugin={plugin!r})"
        raise ContractError(msg)
    templates = Path(blueprint.root_path) / "templates"
    foreign = [path.name for path in templates.iterdir() if path.name != plugin] if templates.is_dir() else []
    if foreign:
        msg = f"plugin {plugin!r}: its templates must stand in templates/{plugin}/, not {', '.join(sorted(foreign))}"
        raise ContractError(msg)


def _check_access(app: Flask) -> None:
    """Refuse a page, of the core as of a plugin, that does not say who may see it."""
    known = registry_of(app).permissions.by_name
    for rule in app.url_map.iter_rules():
        asked = access.access_of(app, rule.endpoint)
        if not asked:
            msg = f"{rule.rule} does not say who may see it; register it with the page(…) of a blueprint"
            raise ContractError(msg)
        if asked not in access.WORDS and asked not in known:
            msg = f"{rule.endpoint} asks for the unknown permission {asked!r}"
            raise ContractError(msg)
        blueprint = app.blueprints[rule.endpoint.partition(".")[0]]
        on_record = getattr(blueprint, "on_record", {})
        if asked in known and known[asked].reveals and rule.endpoint not in on_record:
            msg = (
                f"{rule.endpoint} asks for {asked!r}, which reveals questions; "
                "say on_record=T(…), or reveals_nothing=True"
            )
            raise ContractError(msg)


def registry_of(app: Flask) -> parts.Registry:
    """Return the parts of ``app``."""
    found: parts.Registry = app.extensions[parts.EXTENSION]
    return found


def _begin_transactions(app: Flask) -> None:
    with app.app_context():
        configure_engine(db.engine)
        app.extensions[AT_ONCE] = autocommitting(db.engine)

    @app.before_request
    def choose_transaction() -> None:
        set_read_only(request.method in SAFE_METHODS)

    @app.teardown_request
    def reset_transaction(_error: BaseException | None) -> None:
        set_read_only(False)
