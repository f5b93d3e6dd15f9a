"""An overall ranking is adopted only of rankings that are adopted, and of those it was built of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.overall.conftest import Contest

from cuocthi.campaigns.exchange import export_campaign
from cuocthi.contributions import Act, Direction
from cuocthi.errors import Blocked
from cuocthi.rules.domain import generate
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.models import RankingState
from cuocthi_overall import contributed
from cuocthi_overall.campaign_file import export_part, import_part
from cuocthi_overall.forms import OverallForm
from cuocthi_overall.queries import load_overall
from cuocthi_overall.settings import Combine, OverallRanking, OverallSettings, Weighted

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.text import Text


def reasons(contest: Contest) -> list[str]:
    found = contributed.blockers(contest.ctx, campaign=contest.campaign, act=Act.ADOPT_RANKING, round_=contest.overall)
    return [blocker.key for blocker in found]


def test_it_waits_for_every_ranking_that_counts(contest: Contest) -> None:
    contest.set(OverallRanking(contest.overall.key, tuple(Weighted(one.key) for one in contest.rounds[:2])))
    contest.rules(("score", Direction.HIGHEST), ("rounds", Direction.HIGHEST))
    first = contest.hold(contest.rounds[0], {"one": (9_000, 60, None), "two": (8_000, 70, None)})
    second = contest.hold(contest.rounds[1], {"two": (5_000, 60, None)})
    overall = contest.build()
    submit_ranking(contest.ctx, ranking=overall)
    with pytest.raises(Blocked):
        adopt_ranking(contest.jury[0], ranking=overall)
    assert reasons(contest) == [f"source-{contest.rounds[0].id}", f"source-{contest.rounds[1].id}"]
    contest.adopt(first)
    contest.adopt(second)
    assert reasons(contest) == []
    contest.adopt(overall)
    assert overall.state is RankingState.ADOPTED


def test_it_is_built_again_when_another_version_was_adopted(contest: Contest) -> None:
    contest.set(OverallRanking(contest.overall.key))
    for round_ in contest.rounds:
        contest.adopt(contest.hold(round_, {"one": (9_000, 60, None)}))
    contest.build()
    assert reasons(contest) == []
    contest.adopt(contest.hold(contest.rounds[0], {"one": (8_000, 60, None), "two": (8_000, 70, None)}))
    assert reasons(contest) == ["basis"]
    build_ranking(contest.ctx, campaign=contest.campaign, round_=contest.overall)
    assert reasons(contest) == []


def test_what_is_unclear_keeps_the_campaign_shut(contest: Contest) -> None:
    def opening() -> list[str]:
        found = contributed.blockers(contest.ctx, campaign=contest.campaign, act=Act.OPEN_CAMPAIGN, round_=None)
        return [blocker.reason.msgid for blocker in found]

    assert opening() == ["Nothing says what counts in “%(round)s”."]
    contest.set(OverallRanking(contest.overall.key, (Weighted("nowhere"),), division="nobody"))
    assert len(opening()) == 2
    contest.set(OverallRanking(contest.overall.key), OverallRanking(contest.rounds[0].key))
    assert opening() == ["There is no round “%(key)s” whose contest format is the overall ranking."]
    contest.set(OverallRanking(contest.overall.key))
    assert opening() == []
    assert [item.done for item in contributed.readiness(contest.ctx, campaign=contest.campaign)] == [True]


def test_the_rules_say_what_counts(contest: Contest) -> None:
    def write(text: Text) -> str:
        return text.msgid % text.params

    weighted = (Weighted(contest.rounds[0].key), Weighted(contest.rounds[1].key, 1_500))
    contest.set(OverallRanking(contest.overall.key, weighted, Combine.SUM, best=1, least=2, pass_mark=800))
    [clause] = contributed.clauses(contest.ctx, campaign=contest.campaign, write=write)
    for said in (contest.rounds[0].title, "weight 1,5", "fewer than 2 rounds", "reaches 80% of the points"):
        assert said in clause.body


def test_settings_go_through_the_file_and_the_form_unchanged(contest: Contest, app: Flask) -> None:
    settings = OverallSettings(
        (
            OverallRanking("tong-ket", (Weighted("tuan-1"), Weighted("tuan-2", 1_500)), Combine.MEAN, 2, 2),
            OverallRanking("bang-a", division="can-bo", pass_mark=800, added="prediction_error"),
        )
    )
    contest.set(*settings.rankings)
    part = export_part(contest.ctx, campaign=contest.campaign)
    other = contest.make.campaign(plugins=("overall",))
    import_part(contest.ctx, campaign=other, part=part)
    assert load_overall(contest.ctx, campaign=other) == settings
    assert export_campaign(contest.ctx, campaign=contest.campaign)
    with app.test_request_context():
        assert OverallForm.from_settings(settings).to_settings() == settings


def test_the_rules_do_not_count_it_among_the_rounds_people_take_part_in(contest: Contest) -> None:
    def write(text: Text) -> str:
        return text.msgid

    found = {clause.key: clause.body for clause in generate(contest.ctx, campaign=contest.campaign, write=write)}
    assert "Cuộc thi gồm 03 vòng" in found["conduct"]
