"""Posting a round's results again: only what is new or other is written, and what is gone leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.standings.models import Result, ResultMeasure
from cuocthi.standings.results import post_results

from .conftest import row

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.timelines.models import Phase


def stored(ctx: Context) -> dict[int, tuple[int, int]]:
    """The row and the score of each enrolment."""
    rows = ctx.session.execute(sa.select(Result.enrolment_id, Result.id, Result.score))
    return {enrolment_id: (id_, score) for enrolment_id, id_, score in rows}


def test_a_set_that_differs_a_little_is_written_where_it_differs(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]
) -> None:
    first, second, third, fourth, _ = people

    def post(scores: dict[Enrolment, int], **measures: int) -> None:
        rows = [row(ctx, person, score, **measures) for person, score in scores.items()]
        post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)

    post({first: 10, second: 20, third: 30}, style=1)
    before = stored(ctx)
    post({first: 10, second: 25, fourth: 5})
    after = stored(ctx)
    assert after.keys() == {first.id, second.id, fourth.id}
    assert after[first.id] == before[first.id]
    assert after[second.id] == (before[second.id][0], 25)
    assert after[fourth.id][1] == 5
    # The measures were of the former set.
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(ResultMeasure)) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_result_is_looked_for_among_all_others(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], engine: Engine
) -> None:
    plans: list[list[str]] = []

    def note(connection: Connection, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if "core_staged_result" in statement and "core_result " in statement and "EXPLAIN" not in statement:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.append([step.detail for step in plan])

    def post(score: int) -> None:
        rows = [row(ctx, person, score) for person in people]
        post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=rows)

    post(10)
    sa.event.listen(engine, "before_cursor_execute", note)
    post(20)
    sa.event.remove(engine, "before_cursor_execute", note)
    assert len(plans) == 4, "compared, removed, changed, added"
    for plan in plans:
        assert any("(phase_id=? AND enrolment_id=?" in step or "(enrolment_id=?" in step for step in plan), plan
        assert not any("AUTOMATIC" in step for step in plan), plan
