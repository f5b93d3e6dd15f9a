"""The installation's settings: defaults, then ``instance/config.toml``, then the environment; checked at start."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints
from urllib.parse import urlsplit

from cuocthi.security.keys import KEY_FILE, load_or_create_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.security.keys import Keys

ENVIRONMENT_PREFIX = "CUOCTHI_"
#: Variables with the prefix that are no settings: where the installation is, and which cluster tests share.
_NO_SETTINGS = frozenset({"CUOCTHI_INSTANCE", "CUOCTHI_TEST_POSTGRES"})
DEFAULT_ADDRESS = "http://127.0.0.1:8000"


class ConfigError(Exception):
    """The installation's settings are wrong; the message names the setting, where it came from and what is expected."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one installation.

    ``public_url`` is the address under which people reach it (links in mails, QR codes and bundles follow it; a path
    in it is the sub-path behind a proxy). ``trusted_hops`` counts proxies whose forwarding headers are believed.
    ``session_hours`` is how long a sign-in lasts. ``demo`` allows the accounts of ``cuocthi demo``, and only on
    loopback. ``embedded_jobs`` runs the job loop inside the web process (needed with SQLite, which has one writer).

    Mail leaves through ``smtp_host`` (``smtp_security`` is starttls, tls or none), from ``smtp_sender``; without a
    host, messages are put into files below ``outbox``. ``staff_second_factor`` is required or
    off; the demonstration goes without, as everybody knows the passwords of its accounts.
    """

    instance: Path
    database_url: str = ""
    public_url: str = DEFAULT_ADDRESS
    site_name: str = "Cuộc thi trực tuyến"
    trusted_hops: int = 0
    session_hours: int = 12
    secure_cookies: bool = False
    demo: bool = False
    embedded_jobs: bool = True
    upload_limit_mb: int = 20
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_sender: str = ""
    staff_second_factor: str = "required"
    testing: bool = False
    keys: Keys = field(default=None, repr=False)  # type: ignore[assignment]  # load() fills it from the key file

    @property
    def effective_database_url(self) -> str:
        """The database: PostgreSQL where ``database_url`` says so, otherwise the embedded SQLite file."""
        if not self.database_url:
            return f"sqlite:///{self.instance / 'cuocthi.sqlite3'}"
        for prefix in ("postgresql://", "postgres://"):
            if self.database_url.startswith(prefix):
                return "postgresql+psycopg://" + self.database_url.removeprefix(prefix)
        return self.database_url

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the embedded one, which has a single writer: one web process does all the writing."""
        return self.effective_database_url.startswith("sqlite")

    @property
    def runs_jobs_in_web_process(self) -> bool:
        """Whether background work is done in the web process rather than by ``cuocthi worker``."""
        return self.is_embedded and self.embedded_jobs

    @property
    def staff_need_second_factor(self) -> bool:
        """Whether staff pages ask for a second factor."""
        return self.staff_second_factor == "required" and not self.demo

    @property
    def key_file(self) -> Path:
        """The file with the secret keys."""
        return self.instance / KEY_FILE

    @property
    def files(self) -> Path:
        """The folder of stored files."""
        return self.instance / "files"

    @property
    def outbox(self) -> Path:
        """The folder of messages that are not sent, because no mail server is configured."""
        return self.instance / "outbox"


def load(instance: Path | None = None, environment: Mapping[str, str] | None = None) -> Config:
    """Read the settings of the installation whose folder is ``instance`` (default: $CUOCTHI_INSTANCE or ./instance).

    Creates the folder and its key file if they are missing. Raises ConfigError for an unknown name, a value of the
    wrong type, a value out of bounds, or a folder or key file that cannot be used.
    """
    environment = os.environ if environment is None else environment
    folder = Path(instance or environment.get("CUOCTHI_INSTANCE") or "instance").absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"the instance folder cannot be made: {error}"
        raise ConfigError(msg) from error
    values: dict[str, object] = {}
    values |= _from_file(folder / "config.toml")
    values |= _from_environment(environment)
    config = Config(instance=folder, keys=_keys(folder / KEY_FILE), **values)  # type: ignore[arg-type]
    _check(config)
    return config


def _keys(path: Path) -> Keys:
    try:
        return load_or_create_keys(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{path.name} cannot be used ({error}); put the copy back that was kept apart from the database"
        raise ConfigError(msg) from error


def _settable() -> dict[str, type]:
    hints = get_type_hints(Config, localns={"Keys": object})
    return {item.name: hints[item.name] for item in dataclasses.fields(Config) if item.name not in {"instance", "keys"}}


def _from_file(path: Path) -> dict[str, object]:
    try:
        stored = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path.name} cannot be read: {error}"
        raise ConfigError(msg) from error
    except tomllib.TOMLDecodeError as error:
        msg = f"{path.name} is not valid TOML: {error}"
        raise ConfigError(msg) from error
    known = _settable()
    for name, value in stored.items():
        if name not in known:
            msg = f"{path.name}: unknown setting {name!r}; known are {', '.join(sorted(known))}"
            raise ConfigError(msg)
        if type(value) is not known[name]:
            msg = f"{path.name}: {name} must be {known[name].__name__}, not {value!r}"
            raise ConfigError(msg)
    return stored


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    known = _settable()
    variables = {ENVIRONMENT_PREFIX + name.upper() for name in known}
    for variable in environment:
        if variable.startswith(ENVIRONMENT_PREFIX) and variable not in variables | _NO_SETTINGS:
            msg = f"unknown setting {variable}; known are {', '.join(sorted(variables))}"
            raise ConfigError(msg)
    values: dict[str, object] = {}
    if environment.get("DATABASE_URL"):
        values["database_url"] = environment["DATABASE_URL"]
    for name, kind in known.items():
        variable = ENVIRONMENT_PREFIX + name.upper()
        if variable in environment:
            values[name] = _parse(variable, environment[variable], kind)
    return values


def _parse(variable: str, raw: str, kind: type) -> object:
    if kind is bool:
        meanings = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        if raw.lower() not in meanings:
            msg = f"{variable} must be true or false, not {raw!r}"
            raise ConfigError(msg)
        return meanings[raw.lower()]
    try:
        return kind(raw)
    except ValueError as error:
        msg = f"{variable} must be {kind.__name__}, not {raw!r}"
        raise ConfigError(msg) from error


def _check(config: Config) -> None:
    address = urlsplit(config.public_url)
    if address.scheme not in {"http", "https"} or not address.netloc or address.query or address.fragment:
        msg = f"public_url must be an address that begins with http:// or https://, not {config.public_url!r}"
        raise ConfigError(msg)
    if not config.effective_database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
        msg = "database_url must be a sqlite:/// or postgresql:// address"
        raise ConfigError(msg)
    bounds = {
        "session_hours": (1, 24 * 30),
        "trusted_hops": (0, 5),
        "upload_limit_mb": (1, 500),
        "smtp_port": (1, 65535),
    }
    for name, (low, high) in bounds.items():
        if not low <= getattr(config, name) <= high:
            msg = f"{name} must be between {low} and {high}, not {getattr(config, name)}"
            raise ConfigError(msg)
    choices = {"smtp_security": ("starttls", "tls", "none"), "staff_second_factor": ("off", "required")}
    for name, known in choices.items():
        if getattr(config, name) not in known:
            msg = f"{name} must be {' or '.join(known)}, not {getattr(config, name)!r}"
            raise ConfigError(msg)
    _check_mail(config)


def _check_mail(config: Config) -> None:
    if not config.smtp_host:
        if config.smtp_user or config.smtp_password or config.smtp_sender:
            msg = "smtp_host is missing: without it no mail is sent"
            raise ConfigError(msg)
        return
    if "@" not in parseaddr(config.smtp_sender)[1] or not config.smtp_sender.isprintable():
        msg = f"smtp_sender must be an address such as 'Cuộc thi <cuocthi@example.vn>', not {config.smtp_sender!r}"
        raise ConfigError(msg)
    if bool(config.smtp_user) != bool(config.smtp_password):
        msg = "smtp_user and smtp_password are needed together"
        raise ConfigError(msg)
    if config.smtp_user and config.smtp_security == "none":
        msg = "smtp_security must be starttls or tls where a password is sent"
        raise ConfigError(msg)
