"""Releases are delivered once they are public, each target by itself, tried again until they arrive, never twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from cuocthi.audit.models import AuditEvent
from cuocthi.bundles.sealing import MANIFEST
from cuocthi.errors import Conflict, Missing, Undeliverable
from cuocthi.messages.domain import MAX_TRIES, pause_after
from cuocthi.users.models import User
from cuocthi_publishing.domain import withdrawals
from cuocthi_publishing.domain.releases import call_off
from cuocthi_publishing.targets import domain
from cuocthi_publishing.targets.models import DeliveryState, LoggedDelivery
from cuocthi_publishing.targets.queries import given_up

from .conftest import Courier, Portal

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.contributions import Browser
    from cuocthi_publishing.models import Release

BASE = "/c/hoi-thi/publishing/"
DONE, WAITING, GIVEN_UP = DeliveryState.DONE, DeliveryState.WAITING, DeliveryState.GIVEN_UP


def withdraw(courier: Courier, release: Release) -> None:
    contest = courier.contest
    withdrawals.ask(contest.staff[0], campaign=contest.campaign, number=release.number, reason="Nhầm danh sách.")
    withdrawals.confirm(contest.staff[1], campaign=contest.campaign, number=release.number)


def test_a_published_release_arrives_whole_at_every_target_and_once(
    courier: Courier, portal: Portal, mirror: Portal
) -> None:
    release = courier.publish()
    assert courier.deliver() == 2
    (delivery,) = portal.taken
    assert (delivery.campaign, delivery.number, delivery.digest) == ("hoi-thi", 1, release.digest)
    assert (delivery.latest, delivery.withdrawn) == (True, False)
    assert portal.files == courier.contest.files(release) == mirror.files
    assert MANIFEST in portal.files
    assert courier.deliver() == 0
    assert {(one.target, one.state, one.tries) for one in courier.log()} == {
        ("sftp.portal", DONE, 1),
        ("sftp.mirror", DONE, 1),
    }


def test_what_fails_twice_is_tried_again_after_pauses_and_holds_nobody_else_up(
    courier: Courier, portal: Portal, mirror: Portal
) -> None:
    portal.failures = [OSError(28, "No space left on device", "/srv/secret"), RuntimeError("gateway away")]
    release = courier.publish()
    assert courier.deliver() == 2
    assert len(mirror.taken) == 1
    one = courier.logged("sftp.portal")
    assert (one.state, one.tries, one.due_at) == (WAITING, 1, courier.clock.now() + pause_after(1))
    assert str(one.why) == "OSError: No space left on device"
    assert courier.deliver() == 0
    courier.clock.advance(pause_after(1))
    assert courier.deliver() == 1
    assert str(courier.logged("sftp.portal").why) == "RuntimeError: gateway away"
    courier.clock.advance(pause_after(2))
    assert courier.deliver() == 1
    one = courier.logged("sftp.portal")
    assert (one.state, one.tries, one.why, one.finished_at) == (DONE, 3, None, courier.clock.now())
    assert (len(portal.taken), len(mirror.taken)) == (1, 1)
    assert release.is_published


def test_what_never_arrives_is_given_up_and_waits_for_somebody_to_ask(courier: Courier, portal: Portal) -> None:
    portal.failures = [RuntimeError("gateway away")] * MAX_TRIES
    release = courier.publish()
    for _ in range(MAX_TRIES):
        courier.deliver()
        courier.clock.advance(pause_after(MAX_TRIES))
    one = courier.logged("sftp.portal")
    assert (one.state, one.tries) == (GIVEN_UP, MAX_TRIES)
    assert courier.deliver() == 0
    campaign = courier.contest.campaign
    assert given_up(courier.contest.ctx, campaign_ids=[campaign.id]) == {campaign.id: [release]}
    domain.again(courier.contest.staff[0], campaign=campaign, release=release, delivery_id=one.id)
    assert courier.deliver() == 1
    assert (courier.logged("sftp.portal").state, len(portal.taken)) == (DONE, 1)
    assert not given_up(courier.contest.ctx, campaign_ids=[campaign.id])


def test_what_is_refused_for_good_is_given_up_at_once(courier: Courier, portal: Portal) -> None:
    portal.failures = [Undeliverable("the portal knows no such contest")]
    courier.publish()
    courier.deliver()
    one = courier.logged("sftp.portal")
    assert (one.state, one.tries, str(one.why)) == (GIVEN_UP, 1, "The target says: the portal knows no such contest")


def test_nothing_leaves_before_its_moment(courier: Courier, portal: Portal) -> None:
    contest, moment = courier.contest, courier.clock.now() + timedelta(hours=2)
    courier.build(contest.publish(not_before=moment))
    courier.clock.move_to(moment - timedelta(microseconds=1))
    assert courier.deliver() == 0
    courier.clock.move_to(moment)
    assert courier.deliver() == 2
    assert portal.taken[0].number == 1


def test_what_was_called_off_leaves_neither_itself_nor_a_tombstone(courier: Courier, portal: Portal) -> None:
    contest = courier.contest
    courier.build(contest.publish(not_before=courier.clock.now() + timedelta(hours=2)))
    call_off(contest.staff[0], campaign=contest.campaign, number=1, read_clock=courier.clock.now)
    courier.clock.advance(timedelta(days=1))
    assert courier.deliver() == 0


def test_the_database_lets_nothing_out_before_its_moment(courier: Courier) -> None:
    session = courier.contest.ctx.session
    release = courier.build(courier.contest.publish(not_before=courier.clock.now() + timedelta(hours=2)))
    session.commit()
    for withdrawn in (False, True):
        row = LoggedDelivery(
            release_id=release.id,
            target="sftp.portal",
            withdrawn=withdrawn,
            problem={},
            created_at=courier.clock.now(),
            due_at=courier.clock.now(),
        )
        session.add(row)
        with pytest.raises(DBAPIError, match="delivered once it is public"):
            session.flush()
        session.rollback()


def test_only_the_newest_is_the_latest(courier: Courier, portal: Portal) -> None:
    portal.failures = [RuntimeError("away")]
    courier.publish()
    courier.deliver()
    courier.publish("Sửa một điểm.")
    courier.deliver()
    courier.clock.advance(pause_after(1))
    courier.deliver()
    assert [(one.number, one.latest) for one in portal.taken] == [(2, True), (1, False)]


def test_a_tombstone_takes_the_place_of_what_was_withdrawn(courier: Courier, portal: Portal) -> None:
    release = courier.publish()
    courier.deliver()
    courier.clock.advance(timedelta(hours=1))
    courier.contest.later(courier.clock)
    withdraw(courier, release)
    assert courier.deliver() == 2
    stone = portal.taken[-1]
    assert (stone.number, stone.withdrawn, stone.latest) == (1, True, True)
    assert b"Nh\xe1\xba\xa7m danh s\xc3\xa1ch." in portal.files["index.html"]
    assert release.digest.encode() in portal.files["tombstone.json"]
    assert not [name for name in portal.files if name.startswith(("data", "lists", "awards"))]
    assert courier.contest.people[0].name.encode() not in b"".join(portal.files.values())
    delivery = courier.logged("sftp.portal")
    with pytest.raises(Conflict):
        domain.again(
            courier.contest.staff[0], campaign=courier.contest.campaign, release=release, delivery_id=delivery.id
        )


def test_what_is_withdrawn_before_it_arrived_does_not_arrive_any_more(courier: Courier, portal: Portal) -> None:
    portal.failures = [RuntimeError("away")]
    release = courier.publish()
    courier.deliver()
    withdraw(courier, release)
    courier.clock.advance(pause_after(1))
    courier.deliver()
    assert [one.withdrawn for one in portal.taken] == [True]
    assert courier.logged("sftp.portal").state is DeliveryState.DROPPED


def test_a_tombstone_has_the_last_word_over_a_delivery_that_was_under_way(courier: Courier, portal: Portal) -> None:
    release = courier.publish()
    stone_was_first: list[bool] = []

    def withdrawn_meanwhile() -> None:
        portal.meanwhile = lambda: None
        withdraw(courier, release)
        courier.contest.ctx.session.commit()
        stone_was_first.append(True)

    portal.meanwhile = withdrawn_meanwhile
    courier.deliver()
    courier.deliver()
    assert stone_was_first
    assert [one.withdrawn for one in portal.taken] == [False, True]


def test_a_later_target_gets_what_is_public_already(courier: Courier, portal: Portal) -> None:
    contest = courier.contest
    contest.campaign.plugins = [name for name in contest.campaign.plugins if name != "sftp"]
    courier.publish()
    assert courier.deliver() == 0
    contest.campaign.plugins = [*contest.campaign.plugins, "sftp"]
    assert courier.deliver() == 2
    assert portal.taken[0].latest


def test_a_target_that_is_gone_says_so(courier: Courier, portal: Portal) -> None:
    portal.failures = [RuntimeError("away")]
    contest = courier.contest
    courier.publish()
    courier.deliver()
    contest.campaign.plugins = [name for name in contest.campaign.plugins if name != "sftp"]
    courier.clock.advance(pause_after(1))
    assert courier.deliver() == 1
    one = courier.logged("sftp.portal")
    assert (one.state, str(one.why)) == (WAITING, str(domain.gone().message))


def test_staff_see_where_it_arrived_and_ask_for_another_try(
    courier: Courier, portal: Portal, sign_in: Callable[[User], Browser]
) -> None:
    portal.failures = [Undeliverable("the portal knows no such contest")]
    courier.publish()
    courier.deliver()
    contest = courier.contest
    browser = sign_in(contest.ctx.session.get_one(User, contest.staff[0].actor.user_id))
    assert "1 trong 2 nơi nhận" in browser.get(f"{BASE}releases")[1]
    assert "the portal knows no such contest" in browser.get(f"{BASE}releases/1/deliveries")[1]
    one = courier.logged("sftp.portal")
    contest.ctx.session.commit()
    status, page = browser.post(f"{BASE}releases/1/deliveries/{one.id}/again", {})
    assert (status, "trong vài giây tới" in page) == (200, True)
    contest.ctx.session.expire_all()
    assert courier.logged("sftp.portal").state is WAITING
    acts = contest.ctx.session.scalars(sa.select(AuditEvent.action)).all()
    assert "publishing:delivery:again" in acts


def test_there_is_nothing_to_ask_for_that_is_not_there(courier: Courier) -> None:
    release = courier.publish()
    with pytest.raises(Missing):
        domain.again(courier.contest.staff[0], campaign=courier.contest.campaign, release=release, delivery_id=99)


def test_the_number_of_statements_does_not_grow_with_the_releases(
    courier: Courier, statements: Callable[[], int]
) -> None:
    courier.publish()
    courier.deliver()
    ctx = courier.contest.ctx
    statements()
    domain.ask_for_missing(ctx)
    one = statements()
    for number in range(3):
        courier.publish(f"Sửa lần {number}.")
    courier.deliver()
    statements()
    domain.ask_for_missing(ctx)
    assert statements() == one
