"""The first start of most people: what the usual way would have made, by three short statements."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cuocthi import database
from cuocthi.campaigns.models import CampaignState
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.users.models import User, WebSession
from cuocthi_quiz.domain import attempts, extra_time, first_starts
from cuocthi_quiz.models import Attempt, ExtraTime, Item

from .conftest import SETTINGS, Quiz

AtOnce = Callable[[], AbstractContextManager[sa.Connection]]


@pytest.fixture
def at_once(engine: sa.Engine) -> Iterator[AtOnce]:
    own = database.autocommitting(engine)

    @contextmanager
    def connect() -> Iterator[sa.Connection]:
        with database.at_once(own) as connection:
            yield connection

    yield connect
    own.dispose()


def opening(quiz: Quiz) -> first_starts.Opening:
    return first_starts.opening_of(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)


def begin(quiz: Quiz, person: Enrolment, at_once: AtOnce) -> tuple[int, str] | None:
    common, now, session_hash = opening(quiz), quiz.ctx.now, quiz.sessions[person.user_id]
    supply = attempts.supply_of(quiz.ctx, round_=quiz.round_, settings=common.settings, division="")
    quiz.ctx.session.commit()
    with at_once() as connection:
        found = first_starts.newcomer(connection, common, session_hash=session_hash, now=now)
    if found is None:
        return None
    with at_once() as connection:
        return first_starts.begin(connection, common, found, supply=supply, address="192.0.2.1", now=now)


def written(quiz: Quiz) -> tuple[dict[str, object], list[tuple[object, ...]]]:
    """All that is stored of the one attempt, but for what is another one each time."""
    row = quiz.ctx.session.execute(sa.select(Attempt.__table__)).mappings().one()
    items = quiz.ctx.session.execute(
        sa.select(Item.position, Item.revision_id, Item.option_order, Item.flagged).order_by(Item.position)
    )
    return {name: value for name, value in row.items() if name not in {"id", "token"}}, [tuple(item) for item in items]


def granted(quiz: Quiz, person: Enrolment) -> None:
    """Give a person half as much time again, as far as starts know of it."""
    more = ExtraTime(enrolment_id=person.id, campaign_id=quiz.campaign.id, percent=50, minutes=0, reason=b"sealed")
    more.granted_by, more.granted_at = person.user_id, quiz.ctx.now
    quiz.ctx.session.add(more)
    quiz.ctx.session.flush()


@pytest.mark.parametrize(
    "settings",
    [
        SETTINGS,
        replace(SETTINGS, minutes=0),
        replace(SETTINGS, minutes=1440),
        replace(SETTINGS, same_questions=True),
    ],
    ids=["limited", "no limit", "ends with the round", "same questions"],
)
def test_a_first_start_makes_what_the_usual_way_makes(quiz: Quiz, at_once: AtOnce, settings: object) -> None:
    quiz.set(settings)  # type: ignore[arg-type]
    person = quiz.person()
    quiz.ctx.session.commit()
    ctx = replace(quiz.ctx, actor=replace(quiz.ctx.actor, address="192.0.2.1"))
    attempts.start(ctx, campaign=quiz.campaign, round_=quiz.round_, enrolment=person)
    usual = written(quiz)
    quiz.ctx.session.rollback()
    begun = begin(quiz, person, at_once)
    assert begun is not None
    assert written(quiz) == usual
    assert quiz.ctx.session.scalars(sa.select(Attempt)).one().token == begun[1]


def test_begun_twice_it_is_one_attempt(quiz: Quiz, at_once: AtOnce) -> None:
    person = quiz.person()
    assert begin(quiz, person, at_once) is not None
    assert begin(quiz, person, at_once) is None
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 1


def test_of_many_at_once_one_begins(quiz: Quiz, at_once: AtOnce) -> None:
    person, common = quiz.person(), opening(quiz)
    now, session_hash = quiz.ctx.now, quiz.sessions[person.user_id]
    supply = attempts.supply_of(quiz.ctx, round_=quiz.round_, settings=common.settings, division="")
    quiz.ctx.session.commit()
    with at_once() as connection:
        found = first_starts.newcomer(connection, common, session_hash=session_hash, now=now)
    assert found is not None
    barrier, begun, errors = threading.Barrier(12), list[object](), list[Exception]()

    def start() -> None:
        barrier.wait(timeout=60)
        try:
            with at_once() as connection:
                begun.append(first_starts.begin(connection, common, found, supply=supply, address="", now=now))
        except Exception as error:  # noqa: BLE001 - the test lists whatever went wrong
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [one for one in begun if one is not None] != []
    assert begun.count(None) == 11
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Item)) == 5


def _exclude(quiz: Quiz, person: Enrolment) -> None:
    person.state, person.excluded_reason = EnrolmentState.EXCLUDED, "Khai sai đơn vị"


def _owe_a_password(quiz: Quiz, person: Enrolment) -> None:
    quiz.ctx.session.get_one(User, person.user_id).must_change_password = True


def _belong_to_the_demonstration(quiz: Quiz, person: Enrolment) -> None:
    quiz.ctx.session.get_one(User, person.user_id).is_demo = True


def _sign_out(quiz: Quiz, person: Enrolment) -> None:
    session = quiz.ctx.session.scalars(sa.select(WebSession).where(WebSession.user_id == person.user_id)).one()
    session.revoked_at = quiz.ctx.now


def _repeat_another(quiz: Quiz, person: Enrolment) -> None:
    person.duplicate_of_id = quiz.person().id


def _need_more_time(quiz: Quiz, person: Enrolment) -> None:
    granted(quiz, person)


@pytest.mark.parametrize(
    "become",
    [_exclude, _owe_a_password, _belong_to_the_demonstration, _sign_out, _repeat_another, _need_more_time],
    ids=lambda act: act.__name__.strip("_").replace("_", " "),
)
def test_everybody_else_goes_the_usual_way(
    quiz: Quiz, at_once: AtOnce, become: Callable[[Quiz, Enrolment], None]
) -> None:
    person = quiz.person()
    become(quiz, person)
    quiz.ctx.session.flush()
    assert begin(quiz, person, at_once) is None
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0


@pytest.mark.parametrize("what", ["before", "at the close", "archived contest", "another unit's window"])
def test_nothing_is_begun_while_no_window_is_open(quiz: Quiz, at_once: AtOnce, what: str) -> None:
    person = quiz.person()
    window = quiz.round_.windows[0]
    if what == "before":
        quiz.at(window.opens_at - timedelta(microseconds=1))
    elif what == "at the close":
        quiz.at(window.closes_at)
    elif what == "archived contest":
        quiz.campaign.state = CampaignState.ARCHIVED
    else:
        window.unit_id = quiz.make.unit().id
    quiz.ctx.session.flush()
    assert begin(quiz, person, at_once) is None
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0


def test_whose_account_was_merged_meanwhile_begins_nothing(quiz: Quiz, at_once: AtOnce) -> None:
    person, other, common = quiz.person(), quiz.make.user(), opening(quiz)
    now, session_hash = quiz.ctx.now, quiz.sessions[person.user_id]
    supply = attempts.supply_of(quiz.ctx, round_=quiz.round_, settings=common.settings, division="")
    quiz.ctx.session.commit()
    with at_once() as connection:
        found = first_starts.newcomer(connection, common, session_hash=session_hash, now=now)
    assert found is not None
    quiz.ctx.session.get_one(User, person.user_id).active = False
    person.user_id = other.id
    quiz.ctx.session.commit()
    with at_once() as connection:
        assert first_starts.begin(connection, common, found, supply=supply, address="", now=now) is None


def test_a_limit_over_rounds_is_looked_at_in_the_usual_way(quiz: Quiz) -> None:
    assert opening(quiz).is_plain
    quiz.set(replace(SETTINGS, attempts_in_contest=3))
    assert not opening(quiz).is_plain


def test_extra_time_granted_meanwhile_is_found_after_the_start(quiz: Quiz, at_once: AtOnce) -> None:
    person = quiz.person()
    assert begin(quiz, person, at_once) is not None
    granted(quiz, person)
    quiz.ctx.session.commit()
    with at_once() as connection:
        more = extra_time.granted_on(connection, enrolment_id=person.id)
    assert more is not None
    extra_time.extend_open(quiz.ctx, enrolment_id=person.id, more=more)
    attempt = quiz.ctx.session.scalars(sa.select(Attempt).execution_options(populate_existing=True)).one()
    assert attempt.deadline == attempt.started_at + timedelta(minutes=23)
