"""What the tests of example plugins share: building a distribution and installing it, as a stranger would."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
NAMES = ("quiz", "prizes", "publishing", "inquiries", "overall")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    """The plugins that come with the platform; what a test installs beside them runs in a process of its own."""
    return [importlib.import_module(f"cuocthi_{name}.plugin") for name in NAMES]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Build the wheel of a distribution's folder and install it; return the folder that has to be on the path."""

    def install(source: Path) -> Path:
        work = tmp_path_factory.mktemp("install")
        shutil.copytree(source, work / "source", ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
        for catalogue in (work / "source").rglob("*.po"):
            with catalogue.open("rb") as text, catalogue.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(text))
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        offline = ["--no-index", "--no-deps", "--no-build-isolation", "--no-compile"]
        subprocess.run([*pip, *offline, "--target", work / "site", work / "source"], check=True)
        return work / "site"

    return install


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run Python in a process of its own with a folder of installed plugins, or with none."""

    def start(
        site: Path | None, *arguments: str | Path, cwd: Path = tmp_path, expected: int = 0, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        variables = {**os.environ, "CUOCTHI_INSTANCE": str(tmp_path / "instance"), **environment}
        if site is not None:
            variables["PYTHONPATH"] = str(site)
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, cwd=cwd)
        assert done.returncode == expected, done.stdout + done.stderr
        return done

    return start
