"""Whoever is admitted to a round is told so by message, once; staff sees whom to tell in person."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.contributions import Role
from cuocthi.messages.domain import content_of
from cuocthi.messages.models import Message
from cuocthi.standings.admission import admitted
from cuocthi.standings.criteria import Admission, Within
from cuocthi.standings.decisions import exclude_entry
from cuocthi.standings.notices import admitting_rounds, notices_of, run_notices, tell_admitted
from cuocthi.standings.queries import adopted_ranking
from cuocthi.testing.browsing import browser_over
from cuocthi.testing.plugins import make_format
from cuocthi.timelines.removal import removal
from cuocthi.users.domain import start_session
from cuocthi.users.models import ContactKind

from .finals import SCORES, Finals

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy import Engine

    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories

ADDRESS = "https://thi.example.vn/c/hoi-thi/personal"


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("sprint")]


@pytest.fixture
def finals(ctx: Context, make: Factories, clock: FixedClock) -> Finals:
    """Ten people, all but the third with a confirmed address."""
    made = Finals(ctx, make, clock)
    for number in range(len(SCORES)):
        user = make.user(contact=f"nguoi{number}@example.vn")
        user.contacts[0].verified_at = None if number == 2 else ctx.now
        made.people.append(make.enrolment(made.campaign, user=user))
    ctx.session.commit()
    return made


@pytest.fixture
def tell(finals: Finals, vault: Vault) -> Callable[[], list[int]]:
    """Let the job run; return which people, by their number, got a message that is new."""

    def told() -> list[int]:
        before = _keys(finals)
        run_notices(
            finals.ctx,
            vault=vault,
            reached=[ContactKind.EMAIL],
            address=lambda _campaign: ADDRESS,
            progress=lambda _done, _total: None,
        )
        new = [key.rsplit(":", 1)[1] for key in _keys(finals) if key not in before]
        numbers = {str(person.id): number for number, person in enumerate(finals.people)}
        return [numbers[one] for one in new]

    return told


def _keys(finals: Finals) -> list[str]:
    wanted = sa.select(Message.key).where(Message.key.startswith("core.admission:"))
    return list(finals.ctx.session.scalars(wanted.order_by(Message.id)))


def test_nobody_is_told_before_the_ranking_is_adopted_and_then_each_once(
    finals: Finals, tell: Callable[[], list[int]], vault: Vault
) -> None:
    finals.admit(best=2)
    ranking = finals.rank()
    assert tell() == []
    finals.adopt(ranking)
    assert tell() == [0, 1]
    assert tell() == []
    message = finals.ctx.session.scalars(sa.select(Message).order_by(Message.id)).first()
    assert message is not None
    said = content_of(message, vault)
    assert (said.address, said.language) == ("nguoi0@example.vn", finals.campaign.language)
    body = " ".join(str(paragraph) for paragraph in said.body)
    for words in (finals.final.title, finals.first.title, finals.campaign.name, ADDRESS):
        assert words in body, words
    assert finals.campaign.name not in str(message.title), "what stays in the clear names nothing"
    assert message.expires_at == finals.final.closes_at


def test_nobody_is_told_of_a_round_for_everybody_or_of_one_that_is_over(
    finals: Finals, tell: Callable[[], list[int]]
) -> None:
    finals.adopt(finals.rank())
    assert tell() == []
    finals.admit(best=2)
    finals.ctx = replace(finals.ctx, now=finals.final.closes_at + timedelta(seconds=1))
    assert tell() == []


def test_a_correction_tells_whom_it_admits_and_leaves_the_others_to_staff(
    finals: Finals, tell: Callable[[], list[int]]
) -> None:
    finals.admit(best=2)
    finals.adopt(finals.rank())
    assert tell() == [0, 1]
    finals.adopt(finals.rank((9, 1, 8, 8, 7, 6, 6, 4, 3, 10)))
    assert tell() == [9]
    ranking = adopted_ranking(finals.ctx, round_=finals.first)
    assert ranking is not None
    found = notices_of(finals.ctx, round_=finals.final, admission=Admission(finals.first.key, best=2), ranking=ranking)
    assert (found.admitted, found.told, found.lost_number) == (2, 3, 1)
    assert [one.id for one in found.lost] == [finals.people[1].id]
    finals.adopt(finals.rank())
    assert tell() == [], "whoever was told knows it"


def test_other_rules_tell_whom_they_admit(finals: Finals, tell: Callable[[], list[int]]) -> None:
    finals.admit(best=1)
    finals.adopt(finals.rank())
    assert tell() == [0]
    finals.admit(best=2)
    assert tell() == [1]


def test_whoever_has_no_confirmed_address_or_is_excluded_is_not_written_to(
    finals: Finals, tell: Callable[[], list[int]]
) -> None:
    finals.admit(best=4)
    ranking = finals.rank()
    finals.adopt(ranking)
    exclude_entry(finals.staff[0], enrolment=finals.people[0], reason="Thành viên Tổ Giúp việc")
    assert tell() == [1, 3]
    found = notices_of(finals.ctx, round_=finals.final, admission=Admission(finals.first.key, best=4), ranking=ranking)
    assert [one.id for one in found.unreached] == [finals.people[2].id]
    assert found.lost_number == 0


@pytest.mark.parametrize("within", Within)
def test_they_are_those_whom_the_round_admits(finals: Finals, within: Within) -> None:
    finals.admit(best=1, within=within)
    ranking = finals.rank()
    finals.adopt(ranking)
    admission = Admission(finals.first.key, best=1, within=within)
    ids = finals.ctx.session.scalars(admitted(admission=admission, ranking=ranking)).all()
    assert sorted(ids) == sorted(finals.people[number].id for number in finals.admitted())


def test_many_are_told_batch_by_batch_by_as_many_statements(finals: Finals, vault: Vault, engine: Engine) -> None:
    finals.admit(best=9)
    finals.adopt(finals.rank())
    (due,) = admitting_rounds(finals.ctx)
    finals.ctx.session.flush()
    counted: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    numbers, statements = [], []
    while True:
        counted.clear()
        numbers.append(
            tell_admitted(finals.ctx, admitting=due, vault=vault, reached=[ContactKind.EMAIL], address=ADDRESS, size=4)
        )
        statements.append(len(counted))
        if numbers[-1] == 0:
            break
    assert numbers == [4, 4, 1, 0]
    assert statements[0] == statements[1] == statements[2] <= 6
    assert admitting_rounds(finals.ctx) == []


def test_of_two_workers_one_tells_each_person(finals: Finals, vault: Vault, engine: Engine) -> None:
    finals.admit(best=9)
    finals.adopt(finals.rank())
    finals.ctx.session.commit()
    failures: list[BaseException] = []
    together = threading.Barrier(2)

    def work() -> None:
        try:
            with Session(engine) as session:
                together.wait(5)
                run_notices(
                    replace(finals.ctx, session=session),
                    vault=vault,
                    reached=[ContactKind.EMAIL],
                    address=lambda _campaign: ADDRESS,
                    progress=lambda _done, _total: None,
                )
                session.commit()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert len(_keys(finals)) == 8


def test_the_page_of_the_rules_says_who_is_left_to_staff(
    finals: Finals, tell: Callable[[], list[int]], app: Flask, make: Factories
) -> None:
    finals.admit(best=3)
    finals.adopt(finals.rank())
    tell()
    finals.adopt(finals.rank((1, *SCORES[1:])))
    tell()
    token = start_session(finals.ctx, user_id=make.member(finals.campaign, Role.ORGANISING).id, device="test", hours=1)
    finals.ctx.session.commit()
    client = app.test_client()
    browser_over(client, session_token=token)
    page = client.get(f"/c/{finals.campaign.slug}/staff/rankings/{finals.final.id}/rules").text
    lost = page.partition("Không còn thuộc diện được dự thi")[2].partition("</section>")[0]
    assert finals.people[0].name in lost
    assert finals.people[1].name not in lost
    unreached = page.partition("Chưa gửi được tin báo")[2].partition("</section>")[0]
    assert finals.people[2].name in unreached


def test_a_round_of_which_people_were_told_is_not_removed(finals: Finals, tell: Callable[[], list[int]]) -> None:
    finals.admit(best=2)
    finals.adopt(finals.rank())
    tell()
    found = removal(finals.ctx, campaign=finals.campaign, phase=finals.final)
    assert "told" in [one.key for one in found.blockers]
