"""Each rule set, with hours in which people may object to its rankings, is rehearsed to published, final results."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from cuocthi.campaigns.exchange import export_campaign
from cuocthi.campaigns.files import read_source
from cuocthi.cli import main

from .held import shipped, with_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Open

HOURS = 72
UNITS = (("so", "Sở Nội vụ"), ("xa", "Xã Đông Hưng"), ("truong", "Trường Chính trị"))


def with_objections(files: dict[str, bytes]) -> dict[str, bytes]:
    """Let people object to every ranking for three days."""
    text = files["campaign.toml"].decode()
    assert text.count("[ranking]\n") == 1
    return {**files, "campaign.toml": text.replace("[ranking]\n", f"[ranking]\nobjection_hours = {HOURS}\n").encode()}


def completed(open_by: Open, key: str, folder: Path) -> None:
    """Write the folder of a rule set to which organisers have added units, a bank and what else opening needs."""
    files = with_objections(shipped(key))
    core = read_source(files).core
    headcounts = " | ".join("20" for _ in core.categories)
    blocks = sorted(set(re.findall(r'^block = "(.+)"$', files["campaign.toml"].decode(), re.MULTILINE))) or ["Sở"]
    units = "\n".join(
        ["code", *(f"{code} | {name} | {block} | {headcounts}" for (code, name), block in zip(UNITS, cycle(blocks)))]
    )
    held = open_by(with_units(files, units, *core.categories))
    folder.mkdir()
    for name, content in export_campaign(held.ctx, campaign=held.campaign).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    held.ctx.session.rollback()


def rehearse(folder: Path, instance: Path) -> dict[str, str]:
    """Rehearse a folder on a file of its own; return the figures that were printed."""
    environment = {"CUOCTHI_INSTANCE": str(instance), "DATABASE_URL": ""}
    arguments = ["rehearse", "-n", "12", "--folder", str(folder), "--keep", str(instance)]
    done = CliRunner().invoke(main, arguments, env=environment, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return dict(line.split("  ", 1) for line in done.output.splitlines() if "  " in line)


def rows(instance: Path, query: str) -> Iterator[Any]:
    engine = sa.create_engine(f"sqlite:///{instance / 'cuocthi.sqlite3'}", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        yield from connection.execute(sa.text(query)).all()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("key", ["mot-vong", "hang-tuan", "hai-khoi", "hai-bang"])
def test_a_rehearsal_waits_until_nobody_may_object_any_more(open_by: Open, tmp_path: Path, key: str) -> None:
    completed(open_by, key, tmp_path / "folder")
    instance = tmp_path / "rehearsal"
    figures = rehearse(tmp_path / "folder", instance)
    assert "digest of the release" in figures
    assert figures["final by decision"].strip() == "00/QĐ-DIENTAP"
    (published,) = rows(instance, "SELECT snapshot FROM publishing_release")
    assert "Quyết định số 00/QĐ-DIENTAP" in published[0]
    rankings = list(rows(instance, "SELECT state, submitted_at, objections_until, adopted_at FROM core_ranking"))
    hours = timedelta(hours=HOURS) // timedelta(microseconds=1)
    assert rankings
    for state, submitted, until, adopted in rankings:
        assert (state, until - submitted) == ("adopted", hours)
        assert adopted > until
