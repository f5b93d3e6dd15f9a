"""What the tests of papers share: a plugin that tells something, and papers drawn up of the contest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from cuocthi.context import Context
from cuocthi.contributions import Column, ReportSection, ReportTable
from cuocthi.documents.models import Document, DocumentKind
from cuocthi.documents.queries import document_by_key
from cuocthi.standings.queries import standing_rows
from cuocthi.testing.plugins import make_plugin
from cuocthi.web.i18n import in_language, translate
from cuocthi_publishing.queries import adopted_rankings
from cuocthi_publishing.reports.drawing_up import gather
from cuocthi_publishing.reports.papers import draw_up, subjects

if TYPE_CHECKING:
    from flask import Flask
    from tests.publishing.conftest import Contest

    from cuocthi.campaigns.models import Campaign
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_publishing.reports.content import Paper
    from cuocthi_publishing.reports.decree import PaperKind


def _desk() -> ModuleType:
    """A plugin that tells of people by their enrolments and of sums, and differs from its plan."""

    def report_sections(
        ctx: Context, campaign: Campaign, round_: Phase | None, write: Callable[[Text], str]
    ) -> Sequence[ReportSection]:
        if campaign.tagline == "broken":
            raise RuntimeError("the desk is on fire")
        _, ranking = adopted_rankings(ctx, campaign_id=campaign.id)[0]
        rows, _ = standing_rows(ctx, ranking=ranking)
        columns = [
            Column("who", "Người", "person"),
            Column("calls", "Cuộc gọi", "integer"),
            Column("cost", "Chi phí (đồng)", "money"),
        ]
        cells = [(row.enrolment.id, place, place * 1000 if place != 2 else None) for place, row in enumerate(rows, 1)]
        table = ReportTable("Cuộc gọi", columns, cells, frozenset({"calls", "cost"}))
        title = f"Trực điện thoại {round_.title if round_ else 'cả đợt'}"
        return [ReportSection("desk", title, ["Đã trực 3 ngày."], [table], ["Trực ít hơn 2 ngày."], order=65)]

    return make_plugin("desk", report_sections)


@pytest.fixture(scope="session")
def plugins(plugins: list[ModuleType]) -> list[ModuleType]:
    return [*plugins, _desk()]


@pytest.fixture
def reported(contest: Contest) -> Contest:
    """The contest with its plan, and with everything that tells something."""
    campaign = contest.campaign
    campaign.plugins = ["sprint", "honours", "desk", "publishing"]
    campaign.name, campaign.host_name = "Cuộc thi tìm hiểu về chuyển đổi số", "Sở Thông tin và Truyền thông"
    campaign.host_parent, campaign.standing_office = "Ủy ban nhân dân tỉnh Thái Bình", "Phòng Công nghệ thông tin"
    for number, (key, replaced) in enumerate([("kh-48", None), ("kh-52", "kh-48")]):
        contest.ctx.session.add(
            Document(
                campaign_id=campaign.id,
                key=key,
                kind=DocumentKind.PLAN,
                symbol=f"{key.removeprefix('kh-')}/KH-STTTT",
                title="Kế hoạch tổ chức Cuộc thi tìm hiểu về chuyển đổi số",
                issuer="Sở Thông tin và Truyền thông",
                issued_on=date(2024, 8, 1 + 4 * number),
                position=number,
                replaces_id=_key_of(contest, replaced),
                created_at=contest.ctx.now,
            )
        )
        contest.ctx.session.flush()
    contest.adopt()
    return contest


def _key_of(contest: Contest, key: str | None) -> int | None:
    found = document_by_key(contest.ctx, campaign_id=contest.campaign.id, key=key) if key else None
    return found.id if found else None


@pytest.fixture
def draw(reported: Contest, app: Flask) -> Callable[..., Paper]:
    """Draw a paper up as it is now, of the first subject there is."""

    def drawn(kind: PaperKind, subject: str | None = None) -> Paper:
        with app.app_context(), in_language("vi"):
            material = gather(reported.ctx, campaign=reported.campaign, write=translate)
            key = subjects(material, kind)[0].key if subject is None else subject
            return draw_up(reported.ctx, material=material, kind=kind, subject=key)

    return drawn
