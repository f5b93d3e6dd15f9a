"""The folder of an installation: releases beside one another, switched in one step, ``latest`` at the newest."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cuocthi.contributions import Delivery
from cuocthi.errors import ContractError, DomainError
from cuocthi_publishing.targets.folder import LATEST, VARIABLE, folder_target, put

if TYPE_CHECKING:
    from .conftest import Courier


def delivery(number: int = 1, *, latest: bool = True, withdrawn: bool = False, **files: str) -> Delivery:
    named = {name.replace("_", "."): content.encode() for name, content in files.items()} | {
        "data/a.csv": b"1" if not withdrawn else b"0"
    }
    return Delivery("hoi-thi", number, "f" * 64, withdrawn, latest, lambda: iter(named.items()))


def below(folder: Path) -> dict[str, str]:
    """Every file that is reached by a link, with its content."""
    real = folder.resolve()
    files = (path for path in sorted(real.rglob("*")) if path.is_file())
    return {str(path.relative_to(real)): path.read_text("utf-8") for path in files}


def test_each_release_stands_beside_the_others_and_latest_leads_to_the_newest(tmp_path: Path) -> None:
    put(tmp_path, delivery(1, index_html="một"))
    put(tmp_path, delivery(2, index_html="hai"))
    put(tmp_path, delivery(1, index_html="một", latest=False))
    home = tmp_path / "hoi-thi"
    assert below(home / "1") == {"data/a.csv": "1", "index.html": "một"}
    assert below(home / "2") == below(home / LATEST) == {"data/a.csv": "1", "index.html": "hai"}
    assert sorted(path.name for path in home.iterdir()) == [".contents", "1", "2", LATEST]


def test_the_same_delivery_changes_nothing(tmp_path: Path) -> None:
    put(tmp_path, delivery(index_html="một"))
    first = (tmp_path / "hoi-thi" / "1").resolve()
    put(tmp_path, delivery(index_html="một"))
    assert (tmp_path / "hoi-thi" / "1").resolve() == first


@pytest.mark.parametrize("damage", ["changed", "missing", "added"])
def test_what_somebody_changed_there_is_put_right(tmp_path: Path, damage: str) -> None:
    put(tmp_path, delivery(index_html="một"))
    page = (tmp_path / "hoi-thi" / "1" / "index.html").resolve()
    if damage == "changed":
        page.write_text("sai", "utf-8")
    elif damage == "missing":
        page.unlink()
    else:
        page.with_name("them.html").write_text("thừa", "utf-8")
    put(tmp_path, delivery(index_html="một"))
    assert below(tmp_path / "hoi-thi" / "1") == {"data/a.csv": "1", "index.html": "một"}


def test_a_tombstone_takes_the_place_of_everything(tmp_path: Path) -> None:
    put(tmp_path, delivery(index_html="một", awards_html="An"))
    put(tmp_path, delivery(index_html="đã thu hồi", withdrawn=True))
    home = tmp_path / "hoi-thi"
    assert below(home / LATEST) == {"data/a.csv": "0", "index.html": "đã thu hồi"}
    assert len(list((home / ".contents").iterdir())) == 1


def test_a_delivery_that_breaks_leaves_what_was_there(tmp_path: Path) -> None:
    put(tmp_path, delivery(index_html="một"))

    def broken() -> Iterator[tuple[str, bytes]]:
        yield "index.html", b"hai"
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        put(tmp_path, replace(delivery(), files=broken))
    home = tmp_path / "hoi-thi"
    assert below(home / "1") == {"data/a.csv": "1", "index.html": "một"}
    assert len(list((home / ".contents").iterdir())) == 1


def test_every_step_of_a_switch_leaves_a_whole_release_in_view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, delivery(index_html="một"))
    home, seen = tmp_path / "hoi-thi", set[tuple[str, ...]]()
    replace_, write_bytes = Path.replace, Path.open

    def watched(self: Path, target: Path) -> Path:
        seen.add(tuple(below(home / LATEST).values()))
        found = replace_(self, target)
        seen.add(tuple(below(home / LATEST).values()))
        return found

    def opened(self: Path, *arguments: object, **named: object) -> object:
        if arguments and arguments[0] == "xb":
            seen.add(tuple(below(home / LATEST).values()))
        return write_bytes(self, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "replace", watched)
    monkeypatch.setattr(Path, "open", opened)
    put(tmp_path, delivery(index_html="hai", withdrawn=True))
    assert seen == {("1", "một"), ("0", "hai")}


def test_web_servers_may_read_it(tmp_path: Path) -> None:
    put(tmp_path, delivery(index_html="một"))
    folder = (tmp_path / "hoi-thi" / "1").resolve()
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE((folder / "data").stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / "data" / "a.csv").stat().st_mode) == 0o644


@pytest.mark.parametrize("name", ["../index.html", "/etc/motd", "a/../../b", ""])
def test_no_file_lands_beside_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContractError):
        put(tmp_path, replace(delivery(), files=lambda: iter([(name, b"x")])))
    assert not list((tmp_path / "hoi-thi" / ".contents").iterdir())


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="not there"):
        put(tmp_path / "away", delivery())
    assert not (tmp_path / "away").exists()


def test_without_a_name_there_is_no_target() -> None:
    assert folder_target({}) == folder_target({VARIABLE: " "}) == []


def test_the_job_delivers_into_the_folder_that_the_installation_names(
    courier: Courier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    release = courier.publish()
    assert courier.deliver() == 3
    unpacked = {
        str(path.relative_to((tmp_path / "hoi-thi" / LATEST).resolve())): path.read_bytes()
        for path in (tmp_path / "hoi-thi" / LATEST).resolve().rglob("*")
        if path.is_file()
    }
    assert unpacked == courier.contest.files(release)
