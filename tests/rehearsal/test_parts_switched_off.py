"""A contest that was held with all parts, one of which is switched off afterwards: what remains is published."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi import config as configuration
from cuocthi.app import create_app, registry_of
from cuocthi.campaigns.models import Campaign
from cuocthi.committees.models import Committee, Membership
from cuocthi.context import Actor, Context
from cuocthi.contributions import Role
from cuocthi.extensions import db
from cuocthi.web.i18n import in_language, translate
from cuocthi_publishing.domain.releases import make, publish
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.outputs.bundle import files
from cuocthi_publishing.outputs.published import Published
from cuocthi_publishing.reports.decree import PaperKind
from cuocthi_publishing.reports.drawing_up import gather
from cuocthi_publishing.reports.papers import draw_up, subjects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from .conftest import Rehearsed

#: By the part that is switched off: pages of a release, and the section of the report, that go with it.
PAGES: dict[str, set[str]] = {"prizes": {"awards"}, "quiz": set()}
HEADINGS = {"prizes": "KẾT QUẢ XÉT GIẢI THƯỞNG", "quiz": "CÂU HỎI VÀ KẾT QUẢ LÀM BÀI"}


@pytest.fixture
def app(on_sqlite: Rehearsed, tmp_path: Path) -> Iterator[Flask]:
    """The site of a contest that was rehearsed to its release."""
    instance = tmp_path / "instance"
    shutil.copytree(on_sqlite.instance, instance)
    made = create_app(configuration.load(instance, {}))
    with made.app_context():
        yield made


@pytest.fixture
def ctx(app: Flask) -> Context:
    found = registry_of(app)
    return Context(db.session(), found.hooks, found.clock.now(), Actor(None))


@pytest.mark.parametrize("off", ["prizes", "quiz"])
def test_without_a_part_release_bundle_report_and_pages_have_what_remains(app: Flask, ctx: Context, off: str) -> None:
    campaign = ctx.session.scalars(sa.select(Campaign)).one()
    before = _sections(ctx, campaign)
    own = {key for key, page in before.items() if key.partition("-")[0] == off or page in PAGES[off]}
    assert own
    campaign.plugins = [name for name in campaign.plugins if name != off]
    ctx.session.flush()
    first, second = _organisers(ctx, campaign)
    vault = registry_of(app).vault
    release = make(first, campaign=campaign, note=f"Không có {off}", vault=vault)
    publish(second, campaign=campaign, number=release.number, digest=release.digest)
    snapshot = snapshot_of(release)
    after = {section["key"] for section in snapshot["sections"]}
    assert after == set(before) - own
    assert {figure["key"]: figure["value"] for figure in snapshot["figures"]}["persons"] > 0
    made = files(Published(snapshot, release.digest), signer=registry_of(app).signer, now=ctx.now)
    assert ("awards.html" in made) is (off != "prizes")
    assert {"index.html", "statistics.html", "data.json", "signature.json"} <= set(made)
    with in_language("vi"):
        material = gather(ctx, campaign=campaign, write=translate, check=True)
        assert bool(subjects(material, PaperKind.DECISION)) is (off != "prizes")
        report = draw_up(ctx, material=material, kind=PaperKind.REPORT, subject="")
    headings = [block.text.partition(". ")[2] for block in report.blocks if block.kind == "part"]
    assert HEADINGS[off] not in headings
    assert "KẾT QUẢ THAM GIA DỰ THI" in headings
    ctx.session.commit()
    client = app.test_client()
    for page in ("", "publishing/", "publishing/statistics", "publishing/feed.xml", "news/"):
        assert client.get(f"/c/{campaign.slug}/{page}").status_code == 200, page


def _sections(ctx: Context, campaign: Campaign) -> dict[str, str]:
    first, _ = _organisers(ctx, campaign)
    release = make(first, campaign=campaign, note="Để so sánh", vault=None)
    return {section["key"]: section["page"] for section in snapshot_of(release)["sections"]}


def _organisers(ctx: Context, campaign: Campaign) -> tuple[Context, Context]:
    seats = sa.select(Membership.user_id).join(Committee, Committee.id == Membership.committee_id)
    chosen = seats.where(Committee.campaign_id == campaign.id, Committee.role == Role.ORGANISING)
    first, second, *_ = (replace(ctx, actor=Actor(user_id)) for user_id in ctx.session.scalars(chosen))
    return first, second
