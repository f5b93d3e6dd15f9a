"""A round is closed early or extended."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.context import Context
from cuocthi.contributions import Edge
from cuocthi.errors import Closed, DomainError
from cuocthi.testing.factories import Factories
from cuocthi.timelines.announcing import announce, announce_edges
from cuocthi.timelines.ending import close_now, extend
from cuocthi.timelines.models import Window
from cuocthi.timelines.queries import any_round_open, due_edges, open_window

from .conftest import HOUR, MICROSECOND, Listener


def test_closing_now_ends_the_round_at_this_very_moment(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    phase.windows.append(Window(opens_at=phase.closes_at + HOUR, closes_at=phase.closes_at + 2 * HOUR))
    heard.session.flush()
    assert open_window(heard, phase_id=phase.id, unit_path="/1/") is not None

    close_now(heard, campaign=campaign, phase=phase, reason="Mất điện toàn tỉnh")

    assert phase.closes_at == heard.now
    assert len(phase.windows) == 1
    assert open_window(heard, phase_id=phase.id, unit_path="/1/", lock=True) is None
    just_before = replace(heard, now=heard.now - MICROSECOND)
    assert open_window(just_before, phase_id=phase.id, unit_path="/1/") is not None
    assert not any_round_open(heard, campaign_id=campaign.id)
    assert listeners[0].moved == [phase.id]
    event = heard.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert event.action == "core:round:close"
    assert event.after["reason"] == "Mất điện toàn tỉnh"
    assert event.before["windows"] != event.after["windows"]


def test_closing_between_two_windows_drops_those_ahead(heard: Context, make: Factories) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign, opens_at=heard.now - 2 * HOUR, closes_at=heard.now - HOUR)
    phase.windows.append(Window(opens_at=heard.now + HOUR, closes_at=heard.now + 2 * HOUR))
    heard.session.flush()

    close_now(heard, campaign=campaign, phase=phase, reason="Đủ số lượng")

    assert phase.closes_at == heard.now - HOUR


def test_a_round_cannot_be_closed_before_it_opens_nor_twice(heard: Context, make: Factories) -> None:
    campaign = make.campaign(plugins=("quiz",))
    ahead = make.round(campaign, opens_at=heard.now + HOUR, closes_at=heard.now + 2 * HOUR)
    over = make.round(campaign, opens_at=heard.now - 2 * HOUR, closes_at=heard.now, number=2)

    for phase in (ahead, over):
        with pytest.raises(Closed):
            close_now(heard, campaign=campaign, phase=phase, reason="x")


@pytest.mark.parametrize("reason", ["", "   "])
def test_closing_and_extending_need_a_reason(heard: Context, make: Factories, reason: str) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    before = phase.closes_at

    with pytest.raises(DomainError) as closing:
        close_now(heard, campaign=campaign, phase=phase, reason=reason)
    with pytest.raises(DomainError) as extending:
        extend(heard, campaign=campaign, phase=phase, closes_at=before + HOUR, reason=reason, document="15/TB-BTC")
    with pytest.raises(DomainError) as undocumented:
        extend(heard, campaign=campaign, phase=phase, closes_at=before + HOUR, reason="Bão số 3", document=reason)

    assert undocumented.value.field == "symbol"
    assert closing.value.field == extending.value.field == "reason"
    assert phase.closes_at == before


def test_an_open_round_is_extended(heard: Context, make: Factories, listeners: tuple[Listener, Listener]) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    later = phase.closes_at + HOUR

    extend(heard, campaign=campaign, phase=phase, closes_at=later, reason="Bão số 3", document="15/TB-BTC")

    assert phase.closes_at == later
    assert listeners[0].moved == [phase.id]


def test_an_extension_never_shortens_and_never_reaches_the_next_window(heard: Context, make: Factories) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    first = phase.closes_at
    phase.windows.append(Window(opens_at=first + HOUR, closes_at=first + 2 * HOUR))
    heard.session.flush()

    for moment in (first - HOUR, first, first + HOUR + MICROSECOND):
        with pytest.raises(DomainError):
            extend(heard, campaign=campaign, phase=phase, closes_at=moment, reason="x", document="1")
    extend(heard, campaign=campaign, phase=phase, closes_at=first + HOUR, reason="x", document="1")


def test_a_round_that_is_not_open_cannot_be_extended(heard: Context, make: Factories) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign, opens_at=heard.now - 2 * HOUR, closes_at=heard.now)

    with pytest.raises(Closed):
        extend(heard, campaign=campaign, phase=phase, closes_at=heard.now + HOUR, reason="x", document="1")


def test_a_round_whose_end_was_told_is_over_whatever_the_clock_of_who_extends_it(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    end = phase.closes_at
    announce_edges(replace(heard, now=end))
    # The request arrived an instant before the end, and waited for the worker.
    late = replace(heard, now=end - MICROSECOND)

    with pytest.raises(Closed):
        extend(late, campaign=campaign, phase=phase, closes_at=end + HOUR, reason="x", document="1")

    assert phase.closes_at == end


def test_an_end_that_was_moved_away_meanwhile_is_not_told(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    campaign = make.campaign(plugins=("quiz",))
    phase = make.round(campaign)
    end = phase.closes_at
    announce_edges(heard)
    (stale,) = due_edges(replace(heard, now=end))

    extend(heard, campaign=campaign, phase=phase, closes_at=end + HOUR, reason="x", document="1")

    assert not announce(replace(heard, now=end), due=stale)
    assert listeners[0].edges == [(phase.id, Edge.OPENED)]
    assert announce_edges(replace(heard, now=end + HOUR)) == 1
