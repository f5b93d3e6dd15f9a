"""Announcements come along when a campaign is held again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.copying import Edition, copy_campaign
from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Context
from cuocthi.contributions import Edge
from cuocthi.errors import InvalidData
from cuocthi.news.domain import (
    AnnouncementFacts,
    stop_announcement,
    write_announcement,
)
from cuocthi.news.models import Announcement, AnnouncementState, Audience
from cuocthi.news.queries import announcements
from cuocthi.timelines.moving import by_years

from .conftest import Crowd

if TYPE_CHECKING:
    from cuocthi.testing.factories import Factories


@pytest.fixture
def reminder(crowd: Crowd, make: Factories, campaign: Campaign) -> Announcement:
    """What goes out three days before a phase ends, to one unit's people who have not handed in."""
    phase = make.phase(campaign, closes_at=datetime(2024, 10, 5, 17, tzinfo=LOCAL_ZONE))
    unit = make.unit("Xã Minh Quang", code="minh-quang")
    crowd.join(unit=unit)
    reminding = {"phase": phase, "edge": Edge.CLOSED, "days": -3, "clock": "07:30", "unit": unit, "is_public": True}
    return crowd.announce(audience=Audience.UNFINISHED, **reminding)


def test_what_follows_the_timeline_is_taken_along_to_the_next_year_as_a_draft(
    ctx: Context, crowd: Crowd, campaign: Campaign, reminder: Announcement
) -> None:
    stopped = crowd.announce(phase=reminder.phase, edge=Edge.CLOSED, days=2)
    stop_announcement(ctx, campaign=campaign, announcement=stopped)
    write_announcement(ctx, campaign=campaign, facts=AnnouncementFacts("Gia hạn vì bão", "Đến hết ngày mai."))
    edition = Edition("thai-binh-2025", "Hội thi năm 2025", "Sở KHCN", by_years(1))
    copy = copy_campaign(ctx, campaign=campaign, edition=edition)

    (again,) = announcements(ctx, campaign_id=copy.id)
    assert (again.subject, again.body, again.state) == (reminder.subject, reminder.body, AnnouncementState.DRAFT)
    assert (again.audience, again.unit, again.is_public) == (Audience.UNFINISHED, reminder.unit, True)
    assert again.due_at == datetime(2025, 10, 2, 7, 30, tzinfo=LOCAL_ZONE)


def test_a_campaign_file_holds_them_and_gives_the_same_file_again(
    ctx: Context, campaign: Campaign, reminder: Announcement
) -> None:
    files = export_campaign(ctx, campaign=campaign)
    assert b"[[announcements]]" in files["campaign.toml"]
    copy = import_campaign(ctx, files=files, slug="ban-sao")
    exported = export_campaign(ctx, campaign=copy)["campaign.toml"].replace(b"ban-sao", b"thai-binh")
    assert exported == files["campaign.toml"]
    for known, unknown in ((b'phase = "', b'phase = "no'), (b'"minh-quang"', b'"nowhere"')):
        head, table, rest = files["campaign.toml"].partition(b"[[announcements]]")
        broken = head + table + rest.replace(known, unknown)
        with pytest.raises(InvalidData) as refusal:
            import_campaign(ctx, files={**files, "campaign.toml": broken}, slug="hong")
        assert "announcements" in " ".join(map(str, refusal.value.problems))
