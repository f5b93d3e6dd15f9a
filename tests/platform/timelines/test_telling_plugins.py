"""Plugins are told of every edge once, and of windows that moved."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from cuocthi.campaigns.models import CampaignState
from cuocthi.context import Context
from cuocthi.contributions import Edge
from cuocthi.testing.factories import Factories
from cuocthi.timelines.announcing import announce, announce_edges
from cuocthi.timelines.models import PhaseEdge
from cuocthi.timelines.queries import due_edges

from .conftest import HOUR, Listener


def test_each_plugin_hears_of_each_edge_once(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    campaign = make.campaign(plugins=("quiz", "second"))
    phase = make.round(campaign)
    after = replace(heard, now=phase.closes_at)

    assert announce_edges(heard) == 2
    assert announce_edges(heard) == 0
    assert announce_edges(after) == 2
    assert announce_edges(after) == 0

    for listener in listeners:
        assert listener.edges == [(phase.id, Edge.OPENED), (phase.id, Edge.CLOSED)]


def test_edges_that_were_slept_through_are_told_in_their_order(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    campaign = make.campaign(plugins=("quiz",))
    second = make.round(campaign, opens_at=heard.now - HOUR, closes_at=heard.now, number=2)
    first = make.round(campaign, opens_at=heard.now - 3 * HOUR, closes_at=heard.now - 2 * HOUR)

    announce_edges(heard)

    assert listeners[0].edges == [
        (first.id, Edge.OPENED),
        (first.id, Edge.CLOSED),
        (second.id, Edge.OPENED),
        (second.id, Edge.CLOSED),
    ]


@pytest.mark.parametrize("state", [CampaignState.DRAFT, CampaignState.ARCHIVED])
def test_only_open_campaigns_are_announced(heard: Context, make: Factories, state: CampaignState) -> None:
    make.round(make.campaign(plugins=("quiz",), state=state))

    assert announce_edges(heard) == 0


def test_a_failing_plugin_is_asked_again_alone(
    heard: Context, make: Factories, listeners: tuple[Listener, Listener]
) -> None:
    broken, sound = listeners
    broken.failing = True
    phase = make.round(make.campaign(plugins=("quiz", "second")))

    assert announce_edges(heard) == 1
    assert sound.edges == [(phase.id, Edge.OPENED)]
    assert "out of order" in heard.hooks.failures["quiz", "phase_changed"].message
    kept = heard.session.scalars(sa.select(PhaseEdge.plugin)).all()
    assert list(kept) == ["second"]

    broken.failing = False
    assert announce_edges(heard) == 1
    assert broken.edges == [(phase.id, Edge.OPENED)]
    assert sound.edges == [(phase.id, Edge.OPENED)]
    assert not heard.hooks.failures


def test_two_workers_announce_an_edge_once(
    heard: Context, make: Factories, engine: Engine, listeners: tuple[Listener, Listener]
) -> None:
    phase = make.round(make.campaign(plugins=("quiz",)))
    heard.session.commit()
    with Session(engine) as other:
        # The second worker found the edge due before the first one wrote its row.
        stale = due_edges(replace(heard, session=other))
        other.rollback()
        assert announce_edges(heard) == 1
        heard.session.commit()

        assert [announce(replace(heard, session=other), due=item) for item in stale] == [False]
        other.rollback()

    assert listeners[0].edges == [(phase.id, Edge.OPENED)]
