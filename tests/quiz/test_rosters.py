"""A roster of thousands is matched to thousands who have handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.rosters.queries import Progress, totals

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_all_who_handed_in_are_never_walked_through_for_each_on_a_roster(
    ctx: Context, make: Factories, engine: Engine
) -> None:
    sent: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        sent.append((statement, parameters))

    campaign, unit = make.campaign(plugins=("quiz",)), make.unit()
    sa.event.listen(engine, "before_cursor_execute", note)
    assert totals(ctx, campaign=campaign, unit=unit) == dict.fromkeys(Progress, 0)
    sa.event.remove(engine, "before_cursor_execute", note)
    statement, parameters = next(one for one in sent if "core_roster_entry" in one[0])
    assert "quiz_attempt" in statement
    plan = ctx.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()  # type: ignore[arg-type]
    steps = [row.detail for row in plan]
    assert any("core_enrolment USING INDEX" in step for step in steps), "people are found by name and contact"
    assert not any("core_enrolment USING INTEGER PRIMARY KEY" in step for step in steps)
