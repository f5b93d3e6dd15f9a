"""What an author is told about a plugin that breaks the contract: every fault, and none in a sound one.

The plugins are checked in another process, since what they do to the tables and classes of theirs stays.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from cuocthi.cli.plugins import plugins

HEAD = """
from pathlib import Path
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship
from cuocthi.contributions import ContestFormat, Migrations, Permission, Role
from cuocthi.database import Base
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.text import T
from cuocthi.users.models import User
from cuocthi.web.blueprint import CampaignBlueprint

HERE = Path(__file__).parent
"""

#: Appended to a plugin's code: its table, its revisions, its pages.
TABLE = """
class Thing(Base):
    __tablename__ = "{name}_thing"
    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))

@hookimpl
def register_models():
    return [Thing]
"""
REVISIONS = """
@hookimpl
def register_migrations():
    return [Migrations(HERE / "versions")]
"""
BLUEPRINT = """
blueprint = CampaignBlueprint("{name}", __name__, plugin="{name}")

@hookimpl
def register_blueprints():
    return [blueprint]
"""
UPGRADE = """
def upgrade():
    op.create_table(
        "{name}_thing",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name="fk_{name}_thing_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_{name}_thing"),
    )
"""
DOWNGRADE = """
def downgrade():
    op.drop_table("{name}_thing")
"""


@dataclass(frozen=True)
class Plugin:
    """A plugin's code after its ``info``, what is found in it, and the code of its one revision."""

    code: str
    finds: tuple[str, ...] = ()
    revision: str = ""


PLUGINS = {
    "sound": Plugin(
        TABLE + REVISIONS + BLUEPRINT + '@blueprint.page("/", public=True)\ndef show():\n    return ""',
        revision=UPGRADE + DOWNGRADE,
    ),
    "empty": Plugin(""),
    # --- the module ---
    "broken": Plugin("import no_such_module", ("cannot be imported: ModuleNotFoundError: No module named 'no_such",)),
    "nameless": Plugin("info = None", ("no module-level `info",)),
    "reserved": Plugin("info = PluginInfo('core', T('Core'), '1')", ("'core' must match [a-z]+ and not be one of",)),
    "newer": Plugin(
        "info = PluginInfo('newer', T('Newer'), '1', platform=2)", ("was written for contract 2, this is 1",)
    ),
    "unmarked": Plugin("def nav_items():\n    return []", ("nav_items is called like a hook but is not marked",)),
    "misspelt": Plugin("@hookimpl\ndef navitems():\n    return []", ("unknown hook 'navitems'",)),
    "asking": Plugin("@hookimpl\ndef nav_items(reader):\n    return []", ("Argument(s) {'reader'} are declared",)),
    "first": Plugin("@hookimpl(tryfirst=True)\ndef nav_items():\n    return []", ("nav_items may not be a wrapper",)),
    "raising": Plugin("@hookimpl\ndef register_models():\n    raise RuntimeError('no models')", ("Error: no models",)),
    "failing": Plugin("@hookimpl\ndef register_jobs():\n    raise RuntimeError('no jobs')", ("Error: no jobs",)),
    "mistaken": Plugin("@hookimpl\ndef register_jobs():\n    return ['job']", ("returned 'job', which is no",)),
    "speechless": Plugin(
        "info = PluginInfo('speechless', T('Mute'), '1', catalogue=str(HERE / 'translations'))",
        ("there is no catalogue in",),
    ),
    # --- its formats, permissions and pages ---
    "contest": Plugin(
        "@hookimpl\ndef register_formats():\n    return [ContestFormat('contest', T('Contest'))]",
        ("does not provide results", "never posts results", "that nobody can enter"),
    ),
    "posing": Plugin(
        "@hookimpl\ndef register_formats():\n    return [ContestFormat('essay', T('Essay'))]",
        ("must be 'posing', not 'essay'", "does not provide results", "never posts results", "that nobody can enter"),
    ),
    "grabbing": Plugin(
        "@hookimpl\ndef register_permissions():\n    return [Permission('core:all:do', T('All'), frozenset(Role))]",
        ("must be named grabbing:object:action",),
    ),
    "open": Plugin(
        BLUEPRINT + '@blueprint.page("/")\ndef show():\n    return ""', ("must be public, for the signed-in",)
    ),
    "hasty": Plugin(
        BLUEPRINT + '@blueprint.page("/", public=True, shortcut=lambda: None)\ndef show():\n    return ""',
        ("has a shortcut, which only a page for people who signed in may have",),
    ),
    "routed": Plugin(BLUEPRINT + '@blueprint.route("/")\ndef show():\n    return ""', ("with @blueprint.page",)),
    "asksmore": Plugin(
        BLUEPRINT + '@blueprint.page("/", permission="asksmore:thing:see")\ndef show():\n    return ""',
        ("asks for the unknown permission 'asksmore:thing:see'",),
    ),
    "elsewhere": Plugin(BLUEPRINT + "(HERE / 'templates' / 'quiz').mkdir(parents=True)", ("templates/elsewhere/",)),
    "renamed": Plugin(BLUEPRINT.replace('"{name}"', '"other"'), ("must be CampaignBlueprint('renamed'",)),
    # --- its tables ---
    "foreign": Plugin(
        TABLE.replace("{name}_thing", "other_thing"), ("must be named foreign_", "has tables but no migrations")
    ),
    "tables": Plugin(
        TABLE
        + """
class Forgotten(Base):
    __tablename__ = "tables_forgotten"
    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)
    committee_id: Mapped[int] = mapped_column(sa.ForeignKey("core_committee.id"))
    name: Mapped[str] = mapped_column(sa.ForeignKey("core_campaign.slug"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("core_unit.id", ondelete="CASCADE"))
    thing_id: Mapped[int] = mapped_column(sa.ForeignKey("tables_thing.id", ondelete="CASCADE"))
""",
        (
            "tables_forgotten is mapped but not registered",
            "tables_forgotten.committee_id refers to core_committee.id",
            "tables_forgotten.name refers to core_campaign.slug",
            "tables_forgotten.unit_id changes by itself when core_unit.id is deleted",
            "has tables but no migrations",
        ),
    ),
    "relating": Plugin(
        TABLE.replace(
            "\n\n@hook", '\n    user: Mapped[User] = relationship(User, backref="all", cascade="all")\n\n@hook'
        ),
        (
            "User.all reaches from another owner into relating",
            "Thing.user deletes rows of another owner",
            "has tables but no migrations",
        ),
    ),
    # --- its migrations ---
    "differing": Plugin(
        TABLE + REVISIONS,
        ("models and migrations differ: ('remove_column'",),
        UPGRADE.replace('sa.Column("id"', 'sa.Column("note", sa.Text),\n        sa.Column("id"') + DOWNGRADE,
    ),
    "trespassing": Plugin(
        TABLE + REVISIONS,
        ("its migrations create the table other_thing", "its migrations drop the table core_job"),
        UPGRADE
        + "    op.create_table('other_thing', sa.Column('id', sa.Integer))\n    op.drop_table('core_job')\n"
        + DOWNGRADE,
    ),
    "stuck": Plugin(
        TABLE + REVISIONS,
        ("its migrations fail: ",),
        "def upgrade():\n    op.drop_table('nowhere')\n" + DOWNGRADE,
    ),
    "oneway": Plugin(TABLE + REVISIONS, ("its migrations cannot be taken back",), UPGRADE),
    "staying": Plugin(
        TABLE + REVISIONS, ("downgrade() leaves the table staying_thing",), UPGRADE + "def downgrade():\n    pass\n"
    ),
}

CHECK = """
import json, sys
from cuocthi.plugins.checks import check_named
found = {name: [[finding.what, finding.remedy] for finding in check_named(name)] for name in sys.argv[1:]}
print(json.dumps(found))
"""


def write(folder: Path, name: str, plugin: Plugin) -> None:
    versions = folder / name / "versions"
    versions.mkdir(parents=True)
    code = HEAD + f'info = PluginInfo("{name}", T("{name}"), "1")\n' + plugin.code
    (folder / name / "__init__.py").write_text(code.replace("{name}", name), "utf-8")
    if plugin.revision:
        head = "import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '0001', None\n"
        (versions / "0001.py").write_text(head + plugin.revision.replace("{name}", name), "utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("plugins")
    for name, plugin in PLUGINS.items():
        write(made, name, plugin)
    return made


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, list[tuple[str, str]]]:
    command, environment = [sys.executable, "-c", CHECK, *PLUGINS], {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name: [(what, remedy) for what, remedy in pairs] for name, pairs in json.loads(done.stdout).items()}


@pytest.mark.parametrize("name", PLUGINS)
def test_every_fault_is_found_once_and_with_a_remedy(name: str, found: dict[str, list[tuple[str, str]]]) -> None:
    expected = PLUGINS[name].finds
    assert len(found[name]) == len(expected), found[name]
    for text in expected:
        (remedy,) = [remedy for what, remedy in found[name] if text in what]
        assert remedy.endswith(".")


def test_the_command_names_each_fault_with_its_remedy_and_fails(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    done = CliRunner().invoke(plugins, ["check", "unmarked"])
    assert done.output.splitlines() == [
        "- nav_items is called like a hook but is not marked as one",
        "  Write @hookimpl above nav_items.",
    ]
    assert done.exit_code == 1


def test_the_command_says_so_when_nothing_is_wrong(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(folder)
    done = CliRunner().invoke(plugins, ["check", "empty"])
    assert (done.output, done.exit_code) == ("empty keeps the contract.\n", 0)


def test_a_plugin_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    done = CliRunner().invoke(plugins, ["check", "nowhere"])
    assert "nowhere cannot be imported" in done.output
    assert done.exit_code == 1


@pytest.mark.parametrize(("hooks", "warned"), [("", ["export", "erase"]), ("export_personal_data", ["erase"])])
def test_an_author_is_reminded_of_what_the_plugin_keeps_about_people(
    tmp_path: Path, hooks: str, warned: list[str]
) -> None:
    code = f'{HEAD}\ninfo = PluginInfo("diary", T("Diary"), "1")\n{TABLE.format(name="diary")}'
    if hooks:
        code += f"\n@hookimpl\ndef {hooks}():\n    return []\n"
    (tmp_path / "diary.py").write_text(code, "utf-8")
    told = "from cuocthi.plugins.checks import advise_named as told; [print(one.what) for one in told('diary')]"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", told], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        f"diary_thing is about people, but {name}_personal_data is not implemented" for name in warned
    ]
