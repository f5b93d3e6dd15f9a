"""The files of a ranking for its inspector: complete, nameless, and enough to compute it again with another program."""

from __future__ import annotations

import hashlib
import io
import json
import random
import runpy
import zipfile
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.settings import save_settings
from cuocthi.contributions import Direction, InspectionFile, Measure, ResultRow, Role
from cuocthi.standings.criteria import RULES_OWNER, Counted, Criterion, RankingRules
from cuocthi.standings.decisions import exclude_entry
from cuocthi.standings.domain import build_ranking, submit_ranking
from cuocthi.standings.inspection import write_archive
from cuocthi.standings.models import Standing
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format
from cuocthi.text import T
from cuocthi.users.domain import start_session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Flask

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.standings.models import Ranking
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

RECOMPUTE = Path(__file__).parents[3] / "examples" / "inspection" / "recompute.py"


def inspection_files() -> list[InspectionFile]:
    return [InspectionFile("style.csv", ["number,style\n", "1,9\n"])]


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    style = Measure("style", T("Style"), "count", Direction.HIGHEST)
    return [make_format("essays", inspection_files, measures=(style,))]


@pytest.fixture
def people(make: Factories, campaign: Campaign) -> list[Enrolment]:
    return [make.enrolment(campaign) for _ in range(40)]


def ranked(ctx: Context, campaign: Campaign, round_: Phase, people: Sequence[Enrolment], counted: Counted) -> Ranking:
    """A ranking of entries that are often equal: few values, up to three entries a person, a style now and then."""
    chance = random.Random(str(counted))
    start = ctx.now - timedelta(days=1)
    rows = []
    for person in people:
        for entry in range(1, chance.randrange(1, 4) + 1):
            begun = start + timedelta(minutes=chance.randrange(3))
            used = chance.choice((60_000, 90_000))
            measures = {"style": chance.randrange(3)} if chance.random() < 0.7 else {}
            ended = begun + timedelta(milliseconds=used)
            rows.append(
                ResultRow(person.id, str(entry), chance.choice((2_000, 3_000)), 3_000, used, begun, ended, measures)
            )
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)
    criteria = (
        Criterion("full_marks", Direction.HIGHEST, gate=True),
        Criterion("score", Direction.HIGHEST),
        Criterion("duration_ms", Direction.LOWEST),
        Criterion("style", Direction.HIGHEST),
    )
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(criteria, counted))
    exclude_entry(ctx, enrolment=people[3], reason="Two accounts")
    return build_ranking(ctx, campaign=campaign, round_=round_)


def archive(ctx: Context, campaign: Campaign, round_: Phase, ranking: Ranking) -> bytes:
    written = io.BytesIO()
    write_archive(ctx, campaign=campaign, round_=round_, ranking=ranking, to=written)
    return written.getvalue()


def recompute(content: bytes, tmp_path: Path) -> int:
    path = tmp_path / "inspection.zip"
    path.write_bytes(content)
    status: int = runpy.run_path(str(RECOMPUTE))["main"](str(path))
    return status


def changed(content: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """The archive with another text in one of its files, and a manifest that fits."""
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        files = {entry: held.read(entry) for entry in held.namelist()}
    before = files[name].decode()
    files[name] = change(before).encode()
    assert files[name].decode() != before
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as held:
        for entry, text in files.items():
            held.writestr(entry, text)
    return written.getvalue()


@pytest.mark.parametrize("counted", Counted)
def test_another_program_computes_the_same_ranking(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], counted: Counted, tmp_path: Path
) -> None:
    ranking = ranked(ctx, campaign, round_, people, counted)
    submit_ranking(ctx, ranking=ranking)
    content = archive(ctx, campaign, round_, ranking)
    assert recompute(content, tmp_path) == 0
    assert content == archive(ctx, campaign, round_, ranking), "the same files, the same archive"


def test_a_rank_that_is_not_earned_is_found(
    ctx: Context,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ranking = ranked(ctx, campaign, round_, people, Counted.BEST)
    ranks = sa.select(Standing).where(Standing.ranking_id == ranking.id).order_by(Standing.rank.desc()).limit(1)
    last = ctx.session.scalars(ranks).one()
    ctx.session.execute(
        sa.update(Standing)
        .where(Standing.ranking_id == ranking.id, Standing.enrolment_id == last.enrolment_id)
        .values(rank=1, tied=1)
    )
    assert recompute(archive(ctx, campaign, round_, ranking), tmp_path) == 1
    assert "DIFFERENT:  every rank, and how many share it" in capsys.readouterr().out


def test_a_file_that_was_changed_is_named(
    ctx: Context,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    content = archive(ctx, campaign, round_, ranked(ctx, campaign, round_, people, Counted.FIRST))
    assert recompute(changed(content, "entries.csv", lambda text: text.replace("2000", "3000", 1)), tmp_path) == 1
    assert "DIFFERENT:  entries.csv" in capsys.readouterr().out


def test_nobody_is_named_and_plugins_add_files_of_their_own(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    people[0].name = "Nguyễn Thị Bích Hạnh"
    content = archive(ctx, campaign, round_, ranked(ctx, campaign, round_, people, Counted.BEST))
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        texts = {name: held.read(name).decode() for name in held.namelist()}
    assert not [name for name, text in texts.items() if "Bích Hạnh" in text]
    assert texts["style.csv"] == "number,style\n1,9\n"
    assert set(json.loads(texts["manifest.json"])["sha256"]) == set(texts) - {"manifest.json"}
    about: dict[str, Any] = json.loads(texts["ranking.json"])
    assert (about["counted"], about["persons"], about["entries_unchanged"]) == ("best", 39, True)


def test_results_that_came_later_are_said_to_be_others(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    ranking = ranked(ctx, campaign, round_, people, Counted.BEST)
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=[])
    with zipfile.ZipFile(io.BytesIO(archive(ctx, campaign, round_, ranking))) as held:
        assert json.loads(held.read("ranking.json"))["entries_unchanged"] is False


def test_the_page_hands_the_files_out_and_puts_it_on_record(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, people: list[Enrolment], app: Flask
) -> None:
    ranking = ranked(ctx, campaign, round_, people, Counted.LAST)
    member = make.member(campaign, Role.JURY)
    token = start_session(ctx, user_id=member.id, device="test", hours=1)
    ctx.session.commit()
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = token
    answer = client.get(f"/c/{campaign.slug}/staff/rankings/{round_.id}/{ranking.number}/inspection.zip")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    content = answer.data
    answer.close()
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        digest = hashlib.sha256(held.read("manifest.json")).hexdigest()
    event = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.action, event.actor_id, event.after) == ("core:inspection:export", member.id, {"digest": digest})
