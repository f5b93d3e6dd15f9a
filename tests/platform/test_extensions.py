"""An open round is extended by two different persons and a document; the page says until when, and by what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Actor, Context
from cuocthi.contributions import Role
from cuocthi.errors import Closed, Conflict, DomainError, Forbidden
from cuocthi.testing.plugins import make_format
from cuocthi.timelines.ending import close_now, extend
from cuocthi.timelines.extensions import confirm_extension, granted, propose_extension, proposed, waiting
from cuocthi.timelines.models import Phase

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

HOUR = timedelta(hours=1)
STAFF = "/c/thai-binh/staff/timeline"
FORM = {
    "closes_on": "2024-09-26",
    "closes": "24h00",
    "symbol": "15/TB-BTC",
    "issued_on": "2024-09-19",
    "reason": "Bão số 3 làm mất điện diện rộng",
}


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("sprint")]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh", plugins=("sprint",))


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "sprint")


@pytest.fixture
def people(ctx: Context, make: Factories) -> list[Context]:
    """Contexts of three persons."""
    return [replace(ctx, actor=Actor(make.user().id)) for _ in range(3)]


def propose(ctx: Context, campaign: Campaign, round_: Phase, *, hours: int = 1, symbol: str = "15/TB-BTC") -> bool:
    return propose_extension(
        ctx,
        campaign=campaign,
        phase=round_,
        closes_at=datetime(2024, 9, 25, 12 + hours, tzinfo=LOCAL_ZONE),
        symbol=symbol,
        issued_on=date(2024, 9, 19),
        reason="Bão số 3",
    )


def newest(ctx: Context, round_: Phase) -> int:
    return proposed(ctx, campaign_id=round_.campaign_id)[round_.id][0].id


def actions(ctx: Context) -> list[str]:
    return list(ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))


def test_a_round_is_extended_when_another_person_confirms_the_proposal(
    people: list[Context], campaign: Campaign, round_: Phase
) -> None:
    first, second, _ = people
    end = round_.closes_at

    assert not propose(first, campaign, round_)
    assert round_.closes_at == end, "one person changes nothing"
    assert [phase for phase, _ in waiting(first, campaign_id=campaign.id, phases=[round_])] == [round_]

    assert confirm_extension(second, campaign=campaign, phase=round_, proposal_id=newest(first, round_))
    assert round_.closes_at == end + HOUR
    assert waiting(first, campaign_id=campaign.id, phases=[round_]) == []
    assert [one.symbol for one in granted(first, campaign_id=campaign.id)[round_.id]] == ["15/TB-BTC"]
    assert actions(first) == ["core:extension:propose", "core:extension:confirm", "core:round:extend"]
    event = first.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert event.after["document"] == "15/TB-BTC (2024-09-19)"
    assert event.before["windows"] != event.after["windows"]


def test_the_second_person_is_another_one(people: list[Context], campaign: Campaign, round_: Phase) -> None:
    first, *_ = people
    propose(first, campaign, round_)

    with pytest.raises(Conflict):
        confirm_extension(first, campaign=campaign, phase=round_, proposal_id=newest(first, round_))

    assert granted(first, campaign_id=campaign.id) == {}


def test_nobody_but_a_person_proposes(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    with pytest.raises(Forbidden):
        propose(ctx, campaign, round_)


def test_proposing_the_same_again_changes_nothing(people: list[Context], campaign: Campaign, round_: Phase) -> None:
    first, *_ = people

    assert not propose(first, campaign, round_)
    assert not propose(first, campaign, round_)

    assert len(proposed(first, campaign_id=campaign.id)[round_.id]) == 1
    assert actions(first) == ["core:extension:propose"]


def test_who_proposes_what_another_has_proposed_confirms_it(
    people: list[Context], campaign: Campaign, round_: Phase
) -> None:
    first, second, _ = people
    end = round_.closes_at
    propose(first, campaign, round_)

    assert propose(second, campaign, round_)

    assert round_.closes_at == end + HOUR


def test_a_newer_proposal_takes_the_place_of_the_one_before(
    people: list[Context], campaign: Campaign, round_: Phase
) -> None:
    first, second, third = people
    propose(first, campaign, round_)
    seen = newest(first, round_)
    propose(second, campaign, round_, hours=2)

    with pytest.raises(Conflict):
        confirm_extension(third, campaign=campaign, phase=round_, proposal_id=seen)
    assert confirm_extension(third, campaign=campaign, phase=round_, proposal_id=newest(third, round_))

    assert round_.closes_at == datetime(2024, 9, 25, 14, tzinfo=LOCAL_ZONE)
    with pytest.raises(Conflict):
        confirm_extension(first, campaign=campaign, phase=round_, proposal_id=newest(first, round_))


def test_a_proposal_falls_with_the_moment_that_it_was_made_for(
    people: list[Context], campaign: Campaign, round_: Phase
) -> None:
    first, second, _ = people
    propose(first, campaign, round_, hours=5)
    seen = newest(first, round_)
    extend(first, campaign=campaign, phase=round_, closes_at=round_.closes_at + HOUR, reason="x", document="1")

    assert waiting(first, campaign_id=campaign.id, phases=[round_]) == []
    with pytest.raises(Conflict):
        confirm_extension(second, campaign=campaign, phase=round_, proposal_id=seen)


def test_a_round_that_closed_meanwhile_stays_closed(people: list[Context], campaign: Campaign, round_: Phase) -> None:
    first, second, _ = people
    propose(first, campaign, round_)
    close_now(first, campaign=campaign, phase=round_, reason="Đủ số lượng")

    with pytest.raises(Closed):
        confirm_extension(second, campaign=campaign, phase=round_, proposal_id=newest(first, round_))


def test_an_extended_round_can_be_extended_again(people: list[Context], campaign: Campaign, round_: Phase) -> None:
    first, second, _ = people
    for hours in (1, 2):
        propose(first, campaign, round_, hours=hours, symbol=f"{hours}/TB-BTC")
        assert confirm_extension(second, campaign=campaign, phase=round_, proposal_id=newest(first, round_))

    assert [one.symbol for one in granted(first, campaign_id=campaign.id)[round_.id]] == ["2/TB-BTC"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"symbol": " "}, "symbol"),
        ({"reason": ""}, "reason"),
        ({"issued_on": date(2024, 9, 21)}, "issued_on"),
        ({"closes_at": datetime(2024, 9, 25, 12, tzinfo=LOCAL_ZONE)}, "closes"),
        ({"closes_at": datetime(2024, 9, 24, 12, tzinfo=LOCAL_ZONE)}, "closes"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    people: list[Context], campaign: Campaign, round_: Phase, change: dict[str, object], field: str
) -> None:
    first, *_ = people
    values = {
        "closes_at": round_.closes_at + HOUR,
        "symbol": "15/TB-BTC",
        "issued_on": date(2024, 9, 20),
        "reason": "Bão số 3",
    }

    with pytest.raises(DomainError) as refused:
        propose_extension(first, campaign=campaign, phase=round_, **(values | change))  # type: ignore[arg-type]

    assert refused.value.field == field
    assert proposed(first, campaign_id=campaign.id) == {}


# --- the pages ---


@pytest.fixture
def organisers(
    make: Factories, campaign: Campaign, round_: Phase, sign_in: Callable[[User], Browser]
) -> tuple[Browser, Browser]:
    first = sign_in(make.member(campaign, user=make.user("Trần Thị Bích")))
    return first, sign_in(make.member(campaign, user=make.user("Lê Văn Cường")))


def test_two_organisers_extend_a_round_and_everybody_reads_it(
    ctx: Context, round_: Phase, client: FlaskClient, organisers: tuple[Browser, Browser]
) -> None:
    first, second = organisers
    address = f"{STAFF}/{round_.id}/extend"
    assert 'value="2024-09-25"' in first.get(address)[1]
    status, page = first.post(address, FORM)
    assert (status, "notice-ok" in page) == (200, True)
    assert f"{address}/confirm" not in page, "who proposed it does not confirm it"
    assert "15/TB-BTC" not in client.get("/c/thai-binh/").text

    page = second.get(STAFF)[1]
    assert "Trần Thị Bích" in page
    assert f"{address}/confirm" in page
    assert "Xác nhận gia hạn “Vòng 1”" in second.get("/c/thai-binh/staff/")[1]
    seen = str(newest(ctx, round_))
    ctx.session.rollback()
    status, page = second.post(f"{address}/confirm", {"proposal": seen})
    assert (status, "notice-ok" in page) == (200, True)

    public = client.get("/c/thai-binh/").text
    assert "Gia hạn đến 24h00 ngày 26/09/2024, theo văn bản số 15/TB-BTC ngày 19/09/2024" in public
    assert second.post(f"{address}/confirm", {"proposal": seen})[0] == 409


WRONG: list[tuple[str, dict[str, str]]] = [
    ("closes", {"closes_on": "2024-09-25", "closes": "12h00"}),
    ("closes", {"closes_on": "2024-09-24"}),
    ("closes", {"closes": "25h"}),
    ("closes", {"closes": ""}),
    ("closes_on", {"closes_on": "26/9"}),
    ("symbol", {"symbol": ""}),
    ("symbol", {"symbol": "x" * 61}),
    ("issued_on", {"issued_on": ""}),
    ("issued_on", {"issued_on": "2024-10-01"}),
    ("reason", {"reason": ""}),
    ("reason", {"reason": "x" * 401}),
]


def test_a_proposal_that_cannot_be_is_refused_at_its_field_and_nothing_is_kept(
    ctx: Context, campaign: Campaign, round_: Phase, organisers: tuple[Browser, Browser]
) -> None:
    address = f"{STAFF}/{round_.id}/extend"
    organisers[0].get(address)
    for field, wrong in WRONG:
        status, page = organisers[0].post(address, {**FORM, **wrong})
        assert (status, "has-error" in page) == (422, True), wrong
        assert f'id="{field}-error"' in page, wrong
    assert proposed(ctx, campaign_id=campaign.id) == {}


def test_only_organisers_propose_and_confirm(
    make: Factories, campaign: Campaign, round_: Phase, sign_in: Callable[[User], Browser]
) -> None:
    juror = sign_in(make.member(campaign, Role.JURY))
    for path in ("extend", "extend/confirm"):
        assert juror.post(f"{STAFF}/{round_.id}/{path}", FORM)[0] in {400, 403}
