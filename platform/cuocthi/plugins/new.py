"""A new plugin: a contest format that is whole and small, for its author to change."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from string import Template

from cuocthi.errors import ContractError
from cuocthi.plugins.info import PluginInfo
from cuocthi.plugins.manager import ENTRY_POINTS
from cuocthi.text import T

_SKELETON = Path(__file__).parent / "skeleton"
#: What is written where, in the order in which an author should read it.
FILES = {
    "README.md": "README.md",
    "pyproject.toml": "pyproject.toml",
    "__init__.py": "cuocthi_$name/__init__.py",
    "py.typed": "cuocthi_$name/py.typed",
    "plugin.py": "cuocthi_$name/plugin.py",
    "models.py": "cuocthi_$name/models.py",
    "revision.py": "cuocthi_$name/migrations/versions/0001_create_the_tables.py",
    "domain.py": "cuocthi_$name/domain.py",
    "views.py": "cuocthi_$name/views.py",
    "entry.html": "cuocthi_$name/templates/$name/entry.html",
    "conftest.py": "tests/conftest.py",
    "test.py": "tests/test_$name.py",
}


def write_skeleton(name: str, folder: Path) -> list[Path]:
    """Write a plugin called ``name`` into ``folder``, which must not exist; return its files.

    Raises ContractError, and writes nothing, if the name is not allowed or taken, or the folder exists.
    """
    PluginInfo(name, T(name), "0.1.0").check()
    if name in entry_points(group=ENTRY_POINTS).names:
        raise ContractError(f"a plugin named {name!r} is installed already")
    if folder.exists():
        raise ContractError(f"{folder} exists already")
    words = {"name": name, "Name": name.capitalize()}
    written = []
    for source, place in FILES.items():
        target = folder / Template(place).substitute(words)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template((_SKELETON / f"{source}.txt").read_text("utf-8")).substitute(words), "utf-8")
        written.append(target)
    return written
