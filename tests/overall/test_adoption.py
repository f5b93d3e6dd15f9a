"""An overall ranking is adopted only of rankings that are adopted, and of those it was built of."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import ANY

import pytest
from tests.overall.conftest import Contest

from cuocthi.campaigns.exchange import export_campaign
from cuocthi.contributions import Act, Blocker, Direction
from cuocthi.errors import Blocked
from cuocthi.rules.domain import generate
from cuocthi.standings.composition import rounds_behind
from cuocthi.standings.domain import adopt_ranking, adoption_blockers, build_ranking, stale_reasons, submit_ranking
from cuocthi.standings.integrity import check_intact
from cuocthi.standings.models import RankingState
from cuocthi.standings.queries import latest_ranking
from cuocthi.standings.refresh import rebuild_drafts
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session
from cuocthi_overall import contributed
from cuocthi_overall.campaign_file import export_part, import_part
from cuocthi_overall.forms import OverallForm
from cuocthi_overall.queries import load_overall
from cuocthi_overall.settings import OWNER, Combine, OverallRanking, OverallSettings, Weighted

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase


NOT_ADOPTED = "The ranking of “%(round)s” is not adopted yet."
OVERTAKEN = "It is made of version %(made)s of “%(round)s”; version %(now)s counts now."


def reasons(contest: Contest, ranking: Ranking) -> list[str]:
    """What stands against adopting a version of the overall ranking, but for who has to submit it first."""
    contest.ctx.session.flush()
    contest.ctx.session.expire_all()
    found = adoption_blockers(contest.ctx, campaign=contest.campaign, round_=contest.overall, ranking=ranking)
    return [one.msgid for one in found if one.msgid != "This ranking is a draft; it has to be submitted first."]


def build_and_adopt(contest: Contest, round_: Phase) -> Ranking:
    ranking = build_ranking(contest.ctx, campaign=contest.campaign, round_=round_)
    submit_ranking(contest.ctx, ranking=ranking)
    contest.adopt(ranking)
    return ranking


def test_it_waits_for_every_ranking_that_counts(contest: Contest) -> None:
    contest.set(OverallRanking(contest.overall.key, tuple(Weighted(one.key) for one in contest.rounds[:2])))
    contest.rules(("score", Direction.HIGHEST), ("rounds", Direction.HIGHEST))
    first = contest.hold(contest.rounds[0], {"one": (9_000, 60, None), "two": (8_000, 70, None)})
    second = contest.hold(contest.rounds[1], {"two": (5_000, 60, None)})
    overall = contest.build()
    submit_ranking(contest.ctx, ranking=overall)
    with pytest.raises(Blocked):
        adopt_ranking(contest.jury[0], ranking=overall)
    assert reasons(contest, overall) == [NOT_ADOPTED, NOT_ADOPTED]
    contest.adopt(first)
    contest.adopt(second)
    assert reasons(contest, overall) == []
    contest.adopt(overall)
    assert overall.state is RankingState.ADOPTED


def test_it_is_built_again_when_another_version_was_adopted(contest: Contest) -> None:
    contest.set(OverallRanking(contest.overall.key))
    for round_ in contest.rounds:
        contest.adopt(contest.hold(round_, {"one": (9_000, 60, None)}))
    built = contest.build()
    assert reasons(contest, built) == []
    contest.adopt(contest.hold(contest.rounds[0], {"one": (8_000, 60, None), "two": (8_000, 70, None)}))
    assert reasons(contest, built) == [OVERTAKEN]
    assert reasons(contest, contest.build()) == []


def test_a_draft_that_was_counted_and_made_anew_since_does_not_count_as_the_same_version(contest: Contest) -> None:
    contest.set(OverallRanking(contest.overall.key, (Weighted(contest.rounds[0].key),)))
    person = contest.make.enrolment(contest.campaign)
    contest.people["one"] = person
    contest.post(contest.rounds[0], {"one": (9_000, 60, None)})
    build_ranking(contest.ctx, campaign=contest.campaign, round_=contest.rounds[0])
    overall = contest.build()
    corrected = contest.hold(contest.rounds[0], {"one": (8_000, 60, None)})
    contest.adopt(corrected)
    assert (corrected.number, overall.made_of) == (1, {str(contest.rounds[0].id): [1, ANY]})
    assert reasons(contest, overall) == ["The ranking of “%(round)s” was made anew since it was counted."]


def test_what_counts_in_a_ranking_that_counts_is_behind_it_as_well(contest: Contest) -> None:
    weeks, final = contest.rounds[:2], contest.rounds[2]
    months = contest.make.round(
        contest.campaign, OWNER, opens_at=contest.overall.opens_at, closes_at=contest.overall.closes_at, number=5
    )
    contest.set(
        OverallRanking(months.key, tuple(Weighted(one.key) for one in weeks)),
        OverallRanking(contest.overall.key, (Weighted(months.key), Weighted(final.key))),
    )
    behind = rounds_behind(contest.ctx, campaign=contest.campaign, round_=contest.overall)
    assert behind == [*weeks, final, contest.overall, months]
    for round_ in contest.rounds:
        contest.adopt(contest.hold(round_, {"one": (9_000, 60, None)}))
    made = [build_and_adopt(contest, round_) for round_ in (months, contest.overall)]
    contest.adopt(contest.hold(weeks[0], {"one": (8_000, 60, None)}))
    found = stale_reasons(contest.ctx, campaign=contest.campaign, round_=contest.overall, ranking=made[-1])
    assert [(one.msgid, one.params["round"]) for one in found] == [(OVERTAKEN, weeks[0].title)]


def test_rankings_that_count_each_other_are_told_apart_and_not_followed_for_ever(contest: Contest) -> None:
    other = contest.make.round(
        contest.campaign, OWNER, opens_at=contest.overall.opens_at, closes_at=contest.overall.closes_at, number=5
    )
    contest.set(
        OverallRanking(contest.overall.key, (Weighted(other.key),)),
        OverallRanking(other.key, (Weighted(contest.overall.key),)),
    )
    assert rounds_behind(contest.ctx, campaign=contest.campaign, round_=other) == [contest.overall, other]


def test_it_is_not_adopted_while_a_round_that_counts_is_open_again(contest: Contest) -> None:
    contest.set(OverallRanking(contest.overall.key))
    for round_ in contest.rounds:
        contest.adopt(contest.hold(round_, {"one": (9_000, 60, None)}))
    overall = contest.build()
    contest.rounds[1].relief_until = contest.ctx.now + timedelta(hours=1)
    assert reasons(contest, overall) == ["Entries of “%(round)s”, which counts, may be open until %(when)s."]


def test_a_correction_of_a_round_that_counts_changes_nothing_that_is_adopted_and_is_said(contest: Contest) -> None:
    contest.set(OverallRanking(contest.overall.key))
    for round_ in contest.rounds:
        contest.adopt(contest.hold(round_, {"one": (9_000, 60, None), "two": (5_000, 60, None)}))
    overall = contest.build()
    submit_ranking(contest.ctx, ranking=overall)
    contest.adopt(overall)
    corrected = contest.hold(contest.rounds[0], {"one": (1_000, 60, None), "two": (5_000, 60, None)})
    assert stale_reasons(contest.ctx, campaign=contest.campaign, round_=contest.overall, ranking=overall) == []
    contest.adopt(corrected)
    [said] = stale_reasons(contest.ctx, campaign=contest.campaign, round_=contest.overall, ranking=overall)
    assert (said.msgid, said.params["made"], said.params["now"]) == (OVERTAKEN, 1, 2)
    assert overall.state is RankingState.ADOPTED
    check_intact(contest.ctx, ranking=overall)
    assert rebuild_drafts(contest.ctx, progress=lambda *_: None) == 1
    draft = latest_ranking(contest.ctx, round_=contest.overall)
    assert draft is not None
    assert (draft.number, draft.state, reasons(contest, draft)) == (2, RankingState.DRAFT, [])
    assert said in stale_reasons(contest.ctx, campaign=contest.campaign, round_=contest.overall, ranking=overall)


def test_its_pages_say_which_version_it_is_made_of_and_which_one_counts_now(
    contest: Contest, client: FlaskClient, app: Flask
) -> None:
    contest.set(OverallRanking(contest.overall.key))
    for round_ in contest.rounds:
        contest.adopt(contest.hold(round_, {"one": (9_000, 60, None)}))
    overall = contest.build()
    submit_ranking(contest.ctx, ranking=overall)
    contest.adopt(overall)
    address = f"/c/{contest.campaign.slug}/rankings/{contest.overall.id}/"
    contest.ctx.session.commit()
    said = f"Bảng này được tính từ phiên bản 1 của “{contest.rounds[0].title}”; hiện phiên bản 2 có hiệu lực."
    assert said not in client.get(address).text
    contest.ctx.session.rollback()
    contest.adopt(contest.hold(contest.rounds[0], {"one": (1_000, 60, None)}))
    contest.ctx.session.commit()
    assert said in client.get(address).text
    token = start_session(contest.ctx, user_id=contest.jury[0].actor.user_id or 0, device="test", hours=24)
    contest.ctx.session.commit()
    staff = browser_over(app.test_client(), session_token=token)
    assert said in staff.get(f"/c/{contest.campaign.slug}/staff/rankings/{contest.overall.id}/1/")[1]


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

    contest.rules(("passed", Direction.HIGHEST), ("score", Direction.HIGHEST), ("added", Direction.LOWEST))
    contest.set(OverallRanking(contest.overall.key, added="error"))
    found = {clause.key: clause.body for clause in generate(contest.ctx, campaign=contest.campaign, write=write)}
    assert "Cuộc thi gồm 03 vòng" in found["conduct"]
    assert f"bảng xếp hạng chung “{contest.overall.title}”" in found["conduct"]
    entered, overall = found["ranking"].split(f"**{contest.overall.title}**")
    assert "lượt thi tốt nhất" in entered
    assert "Điểm bài thi" in entered
    assert "lượt thi" not in overall, "nobody takes part in it"
    assert "2. Điểm của các vòng được tính" in overall


def test_the_rules_call_the_measure_that_is_added_up_by_its_title(contest: Contest) -> None:
    contest.set(OverallRanking(contest.overall.key, added="error"))
    (clause,) = contributed.clauses(contest.ctx, campaign=contest.campaign, write=str)
    assert "Added up as well: Error." in clause.body


def test_rounds_that_count_or_are_said_to_are_not_removed(contest: Contest) -> None:
    contest.set(OverallRanking(contest.overall.key, rounds=(Weighted(contest.rounds[0].key),)))
    asked = partial(contest.ctx.hooks.collect, contest.ctx, contest.campaign, "act_blockers", Blocker)
    first, second = contest.rounds[:2]
    found = [asked(act=Act.REMOVE_PHASE, round_=round_) for round_ in (contest.overall, first, second)]
    assert [[str(blocker.reason) for blocker in blockers] for blockers in found] == [
        ["The settings of overall rankings say what counts in it."],
        [f"The overall ranking “{contest.overall.title}” counts it."],
        [],
    ]
