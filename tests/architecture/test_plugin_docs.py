"""What is written for plugin authors is what the code is: hooks, contributions, tutorial, commands."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

import click
import pytest
from flask.cli import ScriptInfo

from cuocthi import contributions
from cuocthi.app import create_app
from cuocthi.cli import main
from cuocthi.config import load
from cuocthi.plugins import hookspecs, info
from cuocthi.plugins.checks import hook_names

ROOT = Path(__file__).parents[2]
PACKAGE = f"{contributions.__name__}."
REFERENCE = (ROOT / "docs" / "plugins" / "hooks.md").read_text("utf-8")
TUTORIAL = (ROOT / "docs" / "plugins" / "tutorial.md").read_text("utf-8")
GUESS = ROOT / "examples" / "plugins" / "guess"
PLUGINS = [*sorted((ROOT / "plugins").glob("*/cuocthi_*/plugin.py")), GUESS / "cuocthi_guess" / "plugin.py"]
#: A gateway to phones is each installation's own; the one that its tests use stands for it.
GATEWAY = ROOT / "tests" / "platform" / "messages" / "conftest.py"
GUIDES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "plugins").glob("*/README.md")),
    *sorted((ROOT / "examples").rglob("README.md")),
]

BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


def sections(part: str) -> dict[str, str]:
    """The sub-sections of the reference's part of that title, by name."""
    (text,) = re.findall(rf"^## {part}\n(.*?)(?=^## |\Z)", REFERENCE, re.MULTILINE | re.DOTALL)
    return dict(SECTION.findall(text))


def python(text: str) -> list[str]:
    return [code for language, code in BLOCK.findall(text) if language == "python"]


def signature(code: str) -> str:
    (function,) = ast.parse(f"{code.rstrip().removesuffix(':')}: ...").body
    assert isinstance(function, ast.FunctionDef)
    return ast.unparse(function)


def classes(module: ModuleType) -> dict[str, ast.ClassDef]:
    tree = ast.parse(inspect.getsource(module))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


# --- the reference ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook_class", hookspecs.HookClass)
def test_every_hook_stands_below_its_class_in_order(hook_class: hookspecs.HookClass) -> None:
    declared = [name for name in hook_names() if getattr(hookspecs, name).hook_class is hook_class]
    assert declared
    assert list(sections(hook_class.value.capitalize())) == declared


def hook_sections() -> dict[str, str]:
    parts = [sections(hook_class.value.capitalize()) for hook_class in hookspecs.HookClass]
    return {name: text for part in parts for name, text in part.items()}


@pytest.mark.parametrize("name", hook_names())
def test_every_hook_has_its_signature_and_an_example_that_fits(name: str) -> None:
    specified, example = python(hook_sections()[name])
    source = inspect.getsource(getattr(hookspecs, name))
    declared = signature(source[source.index("def ") : source.index(":\n    " + '"""')])
    assert signature(specified) == declared
    (function,) = ast.parse(example).body
    assert isinstance(function, ast.FunctionDef)
    assert function.name == name
    assert [ast.unparse(decorator) for decorator in function.decorator_list] == ["hookimpl"]
    taken = [ast.unparse(argument) for argument in function.args.args]
    (whole,) = ast.parse(declared).body
    assert isinstance(whole, ast.FunctionDef)
    assert set(taken) <= {ast.unparse(argument) for argument in whole.args.args}


def test_every_contribution_is_there_with_all_its_fields() -> None:
    modules = [info, *(importlib.import_module(one.name) for one in iter_modules(contributions.__path__, PACKAGE))]
    declared = {name: node for module in modules for name, node in classes(module).items()}
    described = sections("Contributions")
    assert set(described) == set(declared) == {*classes(info), *contributions.__all__}
    for name, node in declared.items():
        (shown,) = python(described[name])
        assert fields(shown) == members(node), name


def fields(shown: str) -> list[str]:
    """Each field as it is shown: ``Name(field: type = default, …)`` or ``Name: "value" | "value"``."""
    if "(" not in shown:
        return re.findall(r'"(\w+)"', shown)
    arguments = shown.strip().partition("(")[2].removesuffix(")")
    (function,) = ast.parse(f"def f({arguments}): ...").body
    assert isinstance(function, ast.FunctionDef)
    given = function.args.args
    defaults = [None] * (len(given) - len(function.args.defaults)) + [
        ast.unparse(one) for one in function.args.defaults
    ]
    return [
        ast.unparse(field) + (f" = {default}" if default is not None else "")
        for field, default in zip(given, defaults, strict=True)
    ]


def members(node: ast.ClassDef) -> list[str]:
    """Each field of a dataclass, or each value of an enumeration."""
    if any(ast.unparse(base) == "StrEnum" for base in node.bases):
        return [str(ast.literal_eval(item.value)) for item in node.body if isinstance(item, ast.Assign)]
    return [ast.unparse(item) for item in node.body if isinstance(item, ast.AnnAssign)]


def services() -> dict[str, set[str]]:
    """By module the names that plugins may rely on."""
    (text,) = re.findall(r"^## Services\n(.*)", REFERENCE, re.MULTILINE | re.DOTALL)
    found = re.findall(r"^\* `(cuocthi[.\w]*)`: (.*?)(?=^\*|^$|^#)", text, re.MULTILINE | re.DOTALL)
    return {module: set(re.findall(r"`(\w+)`", words)) for module, words in found}


def test_every_service_that_is_named_is_there() -> None:
    assert len(services()) > 50
    for module, names in services().items():
        for name in names:
            found = getattr(importlib.import_module(module), name)
            if inspect.isfunction(found) or inspect.isclass(found):
                assert inspect.getdoc(found), f"{module}.{name}"


def taken(path: Path) -> Iterator[tuple[str, str]]:
    """Each name of the core that a module uses, with the module of the core where it stands."""
    tree = ast.parse(path.read_text("utf-8"))
    attributes = [(ast.unparse(node.value), node.attr) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert not [alias.name for alias in node.names if alias.name.partition(".")[0] == "cuocthi"], path
        if not isinstance(node, ast.ImportFrom) or (node.module or "").partition(".")[0] != "cuocthi":
            continue
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            if find_module(whole):
                yield from ((whole, name) for owner, name in attributes if owner == (alias.asname or alias.name))
            else:
                yield str(node.module), alias.name


def find_module(name: str) -> bool:
    """Tell whether that is the name of a module."""
    parent, _, child = name.rpartition(".")
    return child in {one.name for one in iter_modules(getattr(importlib.import_module(parent), "__path__", []))}


@pytest.mark.parametrize("folder", [path.parent for path in PLUGINS], ids=lambda folder: folder.name)
def test_plugins_need_nothing_that_a_strangers_could_not_have(folder: Path) -> None:
    promised = {**services(), contributions.__name__: set(contributions.__all__)}
    needed = {pair for path in folder.rglob("*.py") for pair in taken(path)}
    assert needed
    assert [f"{module}.{name}" for module, name in sorted(needed) if name not in promised.get(module, ())] == []


# --- hooks and those who use them -------------------------------------------------------------------------------------


def implemented(path: Path) -> set[str]:
    functions = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)]
    return {one.name for one in functions if [ast.unparse(mark) for mark in one.decorator_list] == ["hookimpl"]}


def test_a_hook_ships_only_with_something_that_uses_it() -> None:
    assert len(PLUGINS) == 6
    used: set[str] = set().union(*(implemented(path) for path in [*PLUGINS, GATEWAY]))
    assert used == set(hook_names())


def test_every_hook_is_called() -> None:
    own = ROOT / "platform" / "cuocthi" / "plugins"
    sources = [path for folder in ("platform/cuocthi", "plugins") for path in (ROOT / folder).rglob("*.py")]
    named = {
        node.value
        for path in sources
        if not path.is_relative_to(own)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(hook_names()) - named == set()


# --- the tutorial -----------------------------------------------------------------------------------------------------


def excerpts() -> Iterator[tuple[str, str]]:
    """Each block of the tutorial that names a file, with the file's name."""
    for head, code in BLOCK.findall(TUTORIAL):
        _, _, name = head.partition(" ")
        if name:
            yield name, code


def test_what_the_tutorial_shows_of_a_file_stands_there() -> None:
    shown = list(excerpts())
    assert len(shown) > 20
    for name, code in shown:
        assert code in (ROOT / name).read_text("utf-8") + "\n", name


def test_the_tutorial_shows_every_line_of_the_example_in_order() -> None:
    modules = sorted((GUESS / "cuocthi_guess").rglob("*.py"))
    assert len(modules) == 6
    for path in modules:
        name = path.relative_to(ROOT).as_posix()
        shown = [line for place, code in excerpts() if place == name for line in code.splitlines() if line]
        assert shown == [line for line in path.read_text("utf-8").splitlines() if line], name


# --- commands and links -----------------------------------------------------------------------------------------------


def commands(text: str) -> Iterator[list[str]]:
    """The words after ``cuocthi`` wherever code mentions a command of the platform."""
    code = [block for _, block in BLOCK.findall(text)] + re.findall(r"`([^`\n]+)`", BLOCK.sub("", text))
    for line in "\n".join(code).splitlines():
        for words in re.findall(r"(?:^|[\s/])cuocthi +([^`&|#;]+)", line):
            yield words.split()


def fault(words: list[str], installation: ScriptInfo) -> str:
    """What of these words the command line does not know, or nothing."""
    command: click.Command = main
    for word in words:
        if word.startswith("--"):
            known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
            if word.partition("=")[0] not in known:
                return f"{command.name} has no option {word}"
        elif isinstance(command, click.Group):
            found = command.get_command(click.Context(command, obj=installation), word)
            if found is None and re.fullmatch(r"[a-z-]+", word):
                return f"{command.name} has no command {word}"
            if found is None:
                return ""
            command = found
    return ""


def test_every_command_that_is_mentioned_exists(tmp_path: Path) -> None:
    installation = ScriptInfo(create_app=lambda: create_app(load(tmp_path, {})))
    assert fault(["plugins", "renew"], installation) == "plugins has no command renew"
    assert fault(["plugins", "new", "NAME", "--form"], installation) == "new has no option --form"
    mentioned = [(path, words) for path in GUIDES for words in commands(path.read_text("utf-8"))]
    assert len(mentioned) > 15
    found = [f"{path.relative_to(ROOT)}: {fault(words, installation)}" for path, words in mentioned]
    assert [text for text in found if not text.endswith(": ")] == []


@pytest.mark.parametrize("command", ["new", "check", "list", "purge"])
def test_every_command_about_plugins_is_in_the_reference(command: str) -> None:
    assert f"`cuocthi plugins {command}" in REFERENCE


def test_links_of_guides_lead_somewhere() -> None:
    for path in GUIDES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.relative_to(ROOT)}: {target}"
