"""The installation's settings: where they come from, which wins, and what is said of a wrong one."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from cuocthi.app import create_app
from cuocthi.cli import main
from cuocthi.config import Config, ConfigError, load


def write(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text, "utf-8")


def refusal(folder: Path, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as refused:
        load(folder, environment or {})
    return str(refused.value)


# --- where settings come from ---


def test_without_any_settings_the_platform_runs_embedded_on_this_machine(tmp_path: Path) -> None:
    config = load(tmp_path / "new" / "instance", {})
    assert config.effective_database_url == f"sqlite:///{tmp_path}/new/instance/cuocthi.sqlite3"
    assert config.is_embedded
    assert config.runs_jobs_in_web_process
    assert not config.demo
    assert config.trusted_hops == 0
    assert config.public_url == "http://127.0.0.1:8000"


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    write(tmp_path, 'site_name = "Hội thi"\nsession_hours = 3\ntrusted_hops = 2\n')
    config = load(tmp_path, {"CUOCTHI_SESSION_HOURS": "5", "CUOCTHI_SECURE_COOKIES": "yes"})
    assert (config.site_name, config.session_hours, config.trusted_hops) == ("Hội thi", 5, 2)
    assert config.secure_cookies
    assert config.upload_limit_mb == Config(tmp_path).upload_limit_mb


def test_the_folder_is_the_one_given_or_the_environments_or_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(None, {}).instance == tmp_path / "instance"
    assert load(None, {"CUOCTHI_INSTANCE": str(tmp_path / "b")}).instance == tmp_path / "b"
    assert load(tmp_path / "c", {"CUOCTHI_INSTANCE": str(tmp_path / "b")}).instance == tmp_path / "c"
    write(tmp_path / "instance", "session_hours = 4")
    monkeypatch.setenv("CUOCTHI_UPLOAD_LIMIT_MB", "7")
    config = load()
    assert (config.session_hours, config.upload_limit_mb) == (4, 7)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p@host/db", "postgresql+psycopg://u:p@host/db"),
        ("postgres://u:p@host/db", "postgresql+psycopg://u:p@host/db"),
        ("postgresql+psycopg://u@host/db", "postgresql+psycopg://u@host/db"),
        ("sqlite:///x.sqlite3", "sqlite:///x.sqlite3"),
    ],
)
def test_the_database_is_named_in_the_usual_ways(tmp_path: Path, given: str, used: str) -> None:
    config = load(tmp_path, {"DATABASE_URL": given})
    assert config.effective_database_url == used
    assert config.is_embedded == given.startswith("sqlite")
    assert config.runs_jobs_in_web_process == given.startswith("sqlite")


def test_this_platforms_own_name_of_the_database_wins_over_the_common_one(tmp_path: Path) -> None:
    environment = {"DATABASE_URL": "postgresql://common/db", "CUOCTHI_DATABASE_URL": "postgresql://own/db"}
    assert load(tmp_path, environment).database_url == "postgresql://own/db"


@pytest.mark.parametrize(("raw", "value"), [("1", True), ("TRUE", True), ("yes", True), ("0", False), ("no", False)])
def test_yes_and_no_are_written_in_several_ways(tmp_path: Path, raw: str, value: bool) -> None:  # noqa: FBT001 - drawn
    assert load(tmp_path, {"CUOCTHI_DEMO": raw}).demo is value


# --- what is wrong is named ---


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[[", "config.toml is not valid TOML"),
        ('sesion_hours = 3\nsite_name = "x"', "config.toml: unknown setting 'sesion_hours'; known are"),
        ('session_hours = "3"', "config.toml: session_hours must be int, not '3'"),
        ("session_hours = true", "config.toml: session_hours must be int, not True"),
        ("demo = 1", "config.toml: demo must be bool, not 1"),
        ("site_name = 3", "config.toml: site_name must be str, not 3"),
        ('instance = "elsewhere"', "config.toml: unknown setting 'instance'"),
        ('keys = "secret"', "config.toml: unknown setting 'keys'"),
        ("session_hours = 0", "session_hours must be between 1 and 720, not 0"),
        ("session_hours = 721", "session_hours must be between 1 and 720, not 721"),
        ("trusted_hops = -1", "trusted_hops must be between 0 and 5, not -1"),
        ("upload_limit_mb = 501", "upload_limit_mb must be between 1 and 500, not 501"),
        ('public_url = "chuyendoiso.example"', "public_url must be an address"),
        ('public_url = "https://"', "public_url must be an address"),
        ('public_url = "ftp://host"', "public_url must be an address"),
        ('public_url = "https://host/?a=1"', "public_url must be an address"),
        ('database_url = "mysql://host/db"', "database_url must be a sqlite:/// or postgresql:// address"),
    ],
)
def test_a_wrong_value_in_the_file_stops_the_start_by_name(tmp_path: Path, text: str, named: str) -> None:
    write(tmp_path, text)
    assert refusal(tmp_path).startswith(named)


@pytest.mark.parametrize(
    ("variable", "raw", "named"),
    [
        ("CUOCTHI_SESSION_HOURS", "many", "CUOCTHI_SESSION_HOURS must be int, not 'many'"),
        ("CUOCTHI_SESSION_HOURS", "", "CUOCTHI_SESSION_HOURS must be int, not ''"),
        ("CUOCTHI_SESSION_HOURS", "0", "session_hours must be between"),
        ("CUOCTHI_DEMO", "perhaps", "CUOCTHI_DEMO must be true or false, not 'perhaps'"),
        ("CUOCTHI_PUBLIC_URL", "x", "public_url must be an address"),
        ("CUOCTHI_SESION_HOURS", "3", "unknown setting CUOCTHI_SESION_HOURS; known are CUOCTHI_DATABASE_URL"),
        ("DATABASE_URL", "oracle://x", "database_url must be"),
    ],
)
def test_a_wrong_value_in_the_environment_stops_the_start_by_name(
    tmp_path: Path, variable: str, raw: str, named: str
) -> None:
    assert refusal(tmp_path, {variable: raw}).startswith(named)


def test_a_password_is_not_shown_with_a_wrong_address(tmp_path: Path) -> None:
    assert "secret" not in refusal(tmp_path, {"DATABASE_URL": "mysql://user:secret@host/db"})
    config = load(tmp_path, {})
    assert config.keys.cookie.hex() not in repr(config)


def test_a_file_or_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "the instance folder cannot be made" in refusal(tmp_path / "file")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "config.toml").write_bytes(b"\xff\xfe")
    assert refusal(tmp_path / "a").startswith("config.toml cannot be read")


# --- keys ---


def test_keys_are_made_once_and_only_the_owner_can_read_them(tmp_path: Path) -> None:
    first = load(tmp_path, {}).keys
    assert load(tmp_path, {}).keys == first
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert load(tmp_path / "other", {}).keys != first


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"cookie": "xyz", "index": "", "data": {}})])
def test_a_broken_key_file_is_neither_used_nor_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys.json").write_text(content)
    assert refusal(tmp_path).startswith("keys.json cannot be used")
    assert (tmp_path / "keys.json").read_text() == content


# --- where it shows ---


def test_a_command_says_what_is_wrong_without_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUOCTHI_INSTANCE", str(tmp_path))
    write(tmp_path, "session_hours = 0")
    result = CliRunner().invoke(main, ["campaigns", "list"])
    assert result.exit_code == 1
    assert "session_hours must be between 1 and 720, not 0" in result.output
    assert "Traceback" not in result.output


def test_links_follow_the_public_address_with_its_sub_path(tmp_path: Path) -> None:
    app = create_app(load(tmp_path, {"CUOCTHI_PUBLIC_URL": "https://cds.example/thi"}), [])
    with app.app_context():
        assert app.url_for("home.index", _external=True) == "https://cds.example/thi/"


@pytest.mark.parametrize("demo_in_settings", [False, True])
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "chuyendoiso.example"])  # noqa: S104 - to be refused
def test_the_demonstration_is_not_served_beyond_this_machine(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    demo_in_settings: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    monkeypatch.setenv("CUOCTHI_INSTANCE", str(tmp_path))
    if demo_in_settings:
        write(tmp_path, "demo = true")
    arguments = ["run", "--host", host, "--port", "0", *([] if demo_in_settings else ["--demo"])]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "demonstration accounts are refused outside loopback" in result.output
    assert not (tmp_path / "cuocthi.sqlite3").exists()
