"""The auditor's program comes to the same awards where persons were passed over for every reason there is."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cuocthi_prizes.candidates import asking, decisions
from cuocthi_prizes.candidates.decisions import Document
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.awarded import awarded_named
from cuocthi_prizes.models import AwardList, PassedOverKind
from cuocthi_prizes.settings import PrizeSet, Tier

from .conftest import DISTINCT, Contest, of_sets
from .test_inspection import archive, recomputed

BEST = PrizeSet("nhat", "Giải Nhất", tiers=(Tier("nhat", "Giải Nhất", 1, 1_000_000),))
OTHERS = PrizeSet("khac", "Giải khác", tiers=(Tier("nhi", "Giải Nhì", 2, 800_000), Tier("ba", "Giải Ba", 2, 500_000)))
GIVEN: dict[str, Any] = {"by": Document("12/BB-BTC", date(2024, 9, 1)), "post": None}
WHYS = [PassedOverKind.ENOUGH, PassedOverKind.NO_ANSWER, PassedOverKind.DECLINED]


def drawn(contest: Contest, key: str) -> AwardList:
    of = awarded_named(contest.ctx, campaign=contest.campaign, set_key=key)
    return draw_up(contest.staff[0], campaign=contest.campaign, of=of)


@pytest.fixture
def inspected(contest: Contest) -> dict[str, bytes]:
    """What an inspector gets of two lists: the best has a prize by the first, two others are passed over."""
    contest.save(of_sets(BEST, OTHERS, once_a_round=True))
    ranking = contest.rank(DISTINCT)
    first = drawn(contest, "nhat")
    here: dict[str, Any] = {"campaign": contest.campaign}
    for ctx in contest.staff:
        adopt(ctx, **here, number=first.number, digest=first.digest)
    contest.save(of_sets(BEST, OTHERS, once_a_round=True, answer_days=7))
    ctx, draft = contest.staff[0], drawn(contest, "khac")
    asking.ask(ctx, **here, number=draft.number, until=None, post=None)
    late = replace(ctx, now=ctx.now + timedelta(days=30))
    for place, kind in ((1, PassedOverKind.NO_ANSWER), (3, PassedOverKind.DECLINED)):
        who: dict[str, Any] = {"number": draft.number, "enrolment_id": contest.people[place].id}
        decisions.pass_over(late, **here, **who, kind=kind, reason="Đã có biên bản", **GIVEN)
    made = drawn(contest, "khac")
    assert [one.kind for one in made.passed_over] == WHYS
    assert [contest.people[place].id for place in (2, 4, 5, 6)] == [one.enrolment_id for one in made.awards]
    with zipfile.ZipFile(io.BytesIO(archive(contest, ranking))) as held:
        return {name: held.read(name) for name in held.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archived:
        for name, content in files.items():
            archived.writestr(name, content)
    return written.getvalue()


def test_it_comes_to_the_same_awards_and_says_why_somebody_was_passed_over(
    inspected: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert recomputed(packed(inspected), tmp_path) == 0
    said = capsys.readouterr().out
    for expected in (
        "as decided: 4 awards",
        "as decided: 1 passed over: had enough prizes by other lists",
        "as decided: 1 passed over: did not say in time how to be paid, by decision",
        "as decided: 1 passed over: declined the prize",
    ):
        assert expected in said


def _nobody_declined(second: dict[str, Any]) -> None:
    second["passed_over"].pop()


def _had_no_prize(second: dict[str, Any]) -> None:
    second["passed_over"][0]["contest_number"] = second["awards"][0]["contest_number"]
    second["passed_over"][0]["rank"] = second["awards"][0]["rank"]


def _another_rank(second: dict[str, Any]) -> None:
    second["passed_over"][1]["rank"] += 1


def _no_reason(second: dict[str, Any]) -> None:
    second["passed_over"][2]["why"] = "other"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_nobody_declined, "DIFFERENT:  4 awards"),
        (_had_no_prize, "DIFFERENT:  1 passed over: had enough prizes by other lists"),
        (_another_rank, "DIFFERENT:  1 passed over: did not say in time how to be paid, by decision"),
        (_no_reason, "DIFFERENT:  1 passed over for no known reason"),
    ],
)
def test_what_was_changed_is_named(
    inspected: dict[str, bytes],
    change: Callable[[dict[str, Any]], None],
    named: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lists = json.loads(inspected["awards.json"])
    change(next(one for one in lists if one["set"] == "khac"))
    inspected["awards.json"] = json.dumps(lists).encode()
    assert recomputed(packed(inspected), tmp_path) == 1
    said = capsys.readouterr().out
    assert "DIFFERENT:  awards.json" in said
    assert named in said
