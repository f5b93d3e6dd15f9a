"""Why somebody stands where, and what else is asked of a ranking."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.settings import save_settings
from cuocthi.context import Context
from cuocthi.contributions import Direction
from cuocthi.errors import ContractError, InvalidData, Missing
from cuocthi.standings import queries
from cuocthi.standings.criteria import RULES_OWNER, Criterion, RankingRules
from cuocthi.standings.decisions import exclude_entry
from cuocthi.standings.domain import build_ranking, submit_ranking
from cuocthi.standings.explanation import explain
from cuocthi.standings.lots import confirm_order, propose_order
from cuocthi.standings.models import Ranking
from cuocthi.standings.refresh import rebuild_drafts
from cuocthi.standings.results import post_measures, post_results

from .conftest import FULL, places, post, row

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase


def test_any_two_neighbours_can_be_explained(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], jury: list[Context]
) -> None:
    criteria = (Criterion("full_marks", Direction.HIGHEST, gate=True), Criterion("style", Direction.HIGHEST))
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, round_=round_, value=RankingRules(criteria))
    rows = [
        row(ctx, people[0], FULL, style=9),
        row(ctx, people[1], FULL, style=5),
        row(ctx, people[2], FULL, style=5),
        row(ctx, people[3], FULL),
        row(ctx, people[4], 0, style=99),
    ]
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    submit_ranking(ctx, ranking=ranking)

    def why(first: int, second: int) -> tuple[list[tuple[int | None, int | None, str]], str]:
        pair = [queries.standing_of(ctx, ranking=ranking, enrolment_id=people[n].id) for n in (first, second)]
        assert pair[0] is not None
        assert pair[1] is not None
        decision = queries.tie_decision(ctx, ranking=ranking, rank=pair[0].rank)
        found = explain(ranking, pair[0], pair[1], decision)
        return [(step.first, step.second, str(step.verdict)) for step in found.steps], str(found.conclusion)

    assert why(0, 1) == ([(1, 1, "equal"), (9, 5, "better")], "The first stands before the second by “Style”.")
    assert why(1, 0) == ([(1, 1, "equal"), (5, 9, "worse")], "The first stands behind the second by “Style”.")
    assert why(2, 3)[0] == [(1, 1, "equal"), (5, None, "better")]
    assert why(3, 4) == ([(1, 0, "better")], "The first stands before the second by “Qualified”.")
    assert why(1, 2)[1] == "Both are equal by every criterion and share rank 2."
    order = [people[2].id, people[1].id]
    proposed = propose_order(jury[0], ranking=ranking, rank=2, order=order, reason="Biên bản số 4")
    confirm_order(jury[1], lot=proposed)
    assert why(1, 2)[1] == "Both are equal by every criterion; the jury put the second before: Biên bản số 4"
    assert why(2, 1)[1] == "Both are equal by every criterion; the jury put the first before: Biên bản số 4"


def test_rows_are_found_by_name_and_number(ctx: Context, provisional: Ranking, people: list[Enrolment]) -> None:
    people[3].name_folded = "tran thi bich"
    ctx.session.flush()

    def found(search: str) -> list[str]:
        rows, total = queries.standing_rows(ctx, ranking=provisional, limit=10, search=search)
        assert total == len(rows)
        return [item.enrolment.code for item in rows]

    assert found("Bích") == [people[3].code]
    assert found(people[4].code.lower()) == [people[4].code]
    assert found("nobody") == []
    first = queries.standing_row(ctx, ranking=provisional, code=people[0].code)
    codes = [people[0].code]
    row_at = first
    for _ in range(4):
        codes.append(queries.code_after(ctx, ranking=provisional, row=row_at))
        row_at = queries.standing_row(ctx, ranking=provisional, code=codes[-1])
    assert codes == [code for code, _ in places(ctx, provisional)]
    with pytest.raises(Missing):
        queries.code_after(ctx, ranking=provisional, row=row_at)


def test_units_are_counted_in_persons_and_means_are_exact(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase
) -> None:
    full, empty = make.unit("Sở Tư pháp"), make.unit("Sở Y tế")
    people = [make.enrolment(campaign, unit=full) for _ in range(3)]
    make.headcount(campaign, full, 40)
    make.headcount(campaign, full, 20, "resident")
    make.headcount(campaign, empty, 10)
    rows = [row(ctx, person, score) for person, score in zip(people, (1_000, 1_000, 0), strict=True)]
    again = dataclasses.replace(rows[0], entry_key="2", score=0)
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=[*rows, again])
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    figures = {item.unit_name: item for item in queries.unit_figures(ctx, ranking=ranking)}
    assert set(figures) == {"Sở Tư pháp", "Sở Y tế"}
    busy, idle = figures["Sở Tư pháp"], figures["Sở Y tế"]
    assert (busy.persons, busy.entries, busy.score_sum, busy.mean_score) == (3, 4, 2_000, 667)
    assert (busy.headcount, busy.rate_permille) == (60, 50)
    assert (idle.persons, idle.mean_score, idle.headcount, idle.rate_permille) == (0, 0, 10, 0)


def test_drafts_follow_their_results_by_themselves(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    steps: list[tuple[int, int]] = []

    def rebuild() -> int:
        return rebuild_drafts(ctx, progress=lambda done, total: steps.append((done, total)))

    assert rebuild() == 0, "no results yet"
    post(ctx, campaign, round_, people, [0] * 5)
    assert (rebuild(), rebuild()) == (1, 0)
    exclude_entry(ctx, enrolment=people[0], reason="Thành viên Ban Tổ chức")
    assert (rebuild(), rebuild()) == (1, 0)
    unusable = RankingRules((Criterion("wisdom", Direction.HIGHEST),))
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, round_=round_, value=unusable)
    assert rebuild() == 0
    latest = queries.latest_ranking(ctx, round_=round_)
    assert latest is not None
    assert latest.persons == 4
    assert steps[-1] == (1, 1)


def test_results_come_only_from_the_rounds_own_format(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    with pytest.raises(ContractError):
        post_results(ctx, campaign=campaign, round_=round_, source="quiz", rows=[])
    select = sa.select(sa.literal(people[0].id).label("enrolment_id"))
    with pytest.raises(ContractError, match="entry_key, score"):
        post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=select)


def test_measures_are_replaced_whole_and_only_for_posted_results(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    post(ctx, campaign, round_, people[:1], [0])

    def measure(person: Enrolment, key: str, value: int) -> sa.Select[int, str, str, int]:
        return sa.select(
            sa.literal(person.id).label("enrolment_id"),
            sa.literal("1").label("entry_key"),
            sa.literal(key).label("key"),
            sa.literal(value).label("value"),
        )

    post_measures(ctx, round_=round_, source="essays", rows=measure(people[0], "style", 3))
    for wrong in (measure(people[1], "style", 3), measure(people[0], "wisdom", 3)):
        with pytest.raises(InvalidData):
            post_measures(ctx, round_=round_, source="essays", rows=wrong)
    with pytest.raises(ContractError):
        post_measures(ctx, round_=round_, source="quiz", rows=measure(people[0], "style", 3))
    rules = RankingRules((Criterion("style", Direction.HIGHEST),))
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, round_=round_, value=rules)
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    standing = queries.standing_of(ctx, ranking=ranking, enrolment_id=people[0].id)
    assert standing is not None
    assert standing.key_1 == -3
