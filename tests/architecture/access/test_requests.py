"""What every route of the application with all its plugins answers to odd requests, and to forms without their token.

Who may do what is tried in ``test_matrix.py``.
"""

from __future__ import annotations

import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session
from cuocthi.web.access import BY_STATEMENT

from .conftest import World, on_one_database


def acts(world: World) -> int:
    """How many acts are on record; looks at questions and people are there as well, and change nothing."""
    revealing = [permission.name for permission in world.permissions.by_name.values() if permission.reveals]
    looks = sa.or_(
        *(AuditEvent.action.like(f"%:{verb}") for verb in ("view", "export")), AuditEvent.action.in_(revealing)
    )
    number = world.ctx.session.scalar(sa.select(sa.func.count()).where(~looks)) or 0
    world.ctx.session.rollback()
    return number


def test_a_number_that_nothing_has_is_not_found(world: World) -> None:
    send = world.browser(world.make.member(world.campaign))
    for method, rule, _access in world.routes():
        if "<int:" not in rule.rule:
            continue
        for number in (2**63 - 1, 2**63, 10**40):
            status = send(method, world.address(rule, number=number)).status_code
            assert 300 <= status < 500, (method, rule.rule, status)


def test_odd_questions_after_the_address_break_no_page(world: World) -> None:
    send = world.browser(world.make.member(world.campaign))
    odd = (f"page={10**30}&sort=nothing&q=%25_%27", "q=%00", f"page=-1&q={'x' * 5000}")
    before = acts(world)
    for method, rule, _access in world.routes():
        for query in odd if method == "GET" else ():
            status = send("GET", f"{world.address(rule)}?{query}").status_code
            assert status < 500, (rule.rule, query)
    assert acts(world) == before


@on_one_database
def test_no_form_is_taken_without_its_token_and_the_answer_says_so(world: World) -> None:
    organiser = world.make.member(world.campaign)
    token = start_session(world.ctx, user_id=organiser.id, device="test", hours=1)
    world.ctx.session.commit()
    client = world.app.test_client()
    browser_over(client, session_token=token)
    before, tried = acts(world), 0
    for method, rule, access in world.routes():
        # Acts of the paper's script carry a token in their address; what they answer is tested with the quiz.
        if method != "POST" or access == BY_STATEMENT:
            continue
        for data in ({}, {"csrf_token": ""}, {"csrf_token": "made-up"}):
            answer = client.post(world.address(rule), data=data)
            assert answer.status_code == 400, rule.rule
            assert "Biểu mẫu này không còn hiệu lực" in answer.text, rule.rule
            assert "Chưa có gì thay đổi" in answer.text, rule.rule
            tried += 1
    assert tried > 100
    assert acts(world) == before
