"""Another program, which shares no code with the platform, awards the same prizes from the files of an inspection."""

from __future__ import annotations

import hashlib
import io
import json
import runpy
import zipfile
from pathlib import Path

import pytest

from cuocthi.standings.inspection import write_archive
from cuocthi.standings.models import Ranking
from cuocthi_prizes.acts.domain import name_acts
from cuocthi_prizes.acts.queries import finalities
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.settings import PrizeSettings, Tier, Ties

from .adopted import decision, final
from .conftest import DISTINCT, Contest, with_main

RECOMPUTE = Path(__file__).parents[2] / "examples" / "inspection" / "recompute.py"
SHARED = (20, 20, 18, 18, 18, 15, 14, 14, 9)
MANY = with_main(
    tiers=(
        Tier("nhat", "Giải Nhất", 1, 1_000_000),
        Tier("nhi", "Giải Nhì", 2, 800_000),
        Tier("kha", "Giải Khá", 0, 100_000, threshold=700, share=500),
    ),
    ties=Ties.SHARE,
)


def archive(contest: Contest, ranking: Ranking) -> bytes:
    written = io.BytesIO()
    write_archive(contest.ctx, campaign=contest.campaign, round_=contest.round_, ranking=ranking, to=written)
    return written.getvalue()


def recomputed(content: bytes, folder: Path) -> int:
    path = folder / "inspection.zip"
    path.write_bytes(content)
    status: int = runpy.run_path(str(RECOMPUTE))["main"](str(path))
    return status


@pytest.mark.parametrize(("scheme", "scores"), [(None, DISTINCT), (MANY, SHARED)])
def test_it_comes_to_the_same_awards(
    contest: Contest,
    scheme: PrizeSettings | None,
    scores: tuple[int, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if scheme is not None:
        contest.save(scheme)
    ranking = contest.rank(scores)
    award_list = draw_up(contest.staff[0], campaign=contest.campaign)
    assert recomputed(archive(contest, ranking), tmp_path) == 0
    assert f"as decided: {len(award_list.awards)} awards" in capsys.readouterr().out


def test_lots_are_drawn_again(contest: Contest, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    contest.post((20,) * 5 + (19,) * 20)
    ranking = contest.provisional()
    contest.lot(ranking, 1)
    contest.lot(ranking, 6)
    contest.adopt(ranking)
    draw_up(contest.staff[0], campaign=contest.campaign)
    assert recomputed(archive(contest, ranking), tmp_path) == 0
    said = capsys.readouterr().out
    assert "as decided: the order at rank 1" in said
    assert "as decided: the order at rank 6" in said


def test_an_award_to_somebody_else_is_found(contest: Contest, tmp_path: Path) -> None:
    ranking = contest.rank(DISTINCT)
    draw_up(contest.staff[0], campaign=contest.campaign)
    content = archive(contest, ranking)
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        files = {name: held.read(name) for name in held.namelist()}
    lists = json.loads(files["awards.json"])
    first, second = lists[0]["awards"][:2]
    first["contest_number"], second["contest_number"] = second["contest_number"], first["contest_number"]
    files["awards.json"] = json.dumps(lists).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as changed:
        for name, text in files.items():
            changed.writestr(name, text)
    assert recomputed(written.getvalue(), tmp_path) == 1


def test_by_what_a_list_is_final_can_be_digested_again(
    contest: Contest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ranking = contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)
    assert recomputed(archive(contest, ranking), tmp_path) == 0
    assert "It is not final" in capsys.readouterr().out
    final(contest.ctx, contest.campaign, made)
    (first,) = finalities(contest.ctx, list_ids=[made.id])[made.id]
    right = decision(contest.ctx, contest.campaign, "125/QĐ-STTTT")
    name_acts(
        contest.ctx,
        campaign=contest.campaign,
        list_ids=[made.id],
        minutes_id=first.minutes.document_id,
        decision_id=right.id,
        reason="Số ghi nhầm",
    )
    content = archive(contest, ranking)
    assert recomputed(content, tmp_path) == 0
    told = capsys.readouterr().out
    assert "as decided: final by decision 152/QĐ-STTTT of 2024-09-20" in told
    assert "as decided: final by decision 125/QĐ-STTTT of 2024-09-20" in told
    for old, new in (("125/QĐ-STTTT", "126/QĐ-STTTT"), ("Phạm Văn Hoàn", "Phạm Văn Hoan"), ("Số ghi nhầm", "")):
        assert recomputed(altered(content, old, new), tmp_path) == 1, old
        assert "DIFFERENT:  final by decision" in capsys.readouterr().out


def altered(content: bytes, old: str, new: str) -> bytes:
    """The same archive with another text in the awards, and a manifest that hides it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in files["awards.json"]
    files["awards.json"] = files["awards.json"].replace(old.encode(), new.encode())
    manifest = json.loads(files["manifest.json"])
    manifest["sha256"]["awards.json"] = hashlib.sha256(files["awards.json"]).hexdigest()
    files["manifest.json"] = json.dumps(manifest).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return written.getvalue()
