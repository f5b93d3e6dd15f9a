"""What a process does not load: heavy libraries that only some acts need, or none."""

from __future__ import annotations

import subprocess
import sys


def loaded(by: str, *names: str) -> list[str]:
    told = f"import sys; {by}; print(*(name for name in {names!r} if name in sys.modules))"
    return subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout.split()


def test_the_application_loads_no_library_that_only_some_acts_need() -> None:
    heavy = ("rich", "pygments", "xlsxwriter", "python_calamine", "zxcvbn", "phonenumbers", "segno", "huey", "alembic")
    assert loaded("import cuocthi.wsgi", *heavy) == []


def test_whoever_wants_rich_finds_it() -> None:
    assert loaded("import cuocthi.app, rich.console", "rich") == ["rich"]
