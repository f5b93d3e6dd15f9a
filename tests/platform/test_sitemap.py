"""The list of public pages for search engines, by the rules of sitemaps.org: nothing hidden, nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from lxml import etree  # type: ignore[import-untyped]

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.campaigns.views import sitemap
from cuocthi.config import DEFAULT_ADDRESS
from cuocthi.context import Context
from cuocthi.contributions import PublicPage
from cuocthi.documents.models import Document
from cuocthi.rules.domain import issue_rules
from cuocthi.testing.plugins import make_plugin
from cuocthi.web.links import public_link

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.testing.factories import Factories

SITEMAPS = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ROOT = DEFAULT_ADDRESS.rstrip("/")


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    def public_pages(ctx: Context, campaigns: list[Campaign]) -> list[PublicPage]:
        return [PublicPage(public_link("campaigns.show", slug=campaign.slug) + "?a=1&b=2") for campaign in campaigns]

    return [make_plugin("extra", public_pages)]


def entries(client: FlaskClient, path: str = "/sitemap.xml", root: str = "urlset") -> dict[str, str]:
    """The addresses of a file with when they were last changed; the file is as the protocol says."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "application/xml; charset=utf-8"
    assert len(answer.data) < 50 * 1024 * 1024
    tree = etree.fromstring(answer.data)
    assert tree.tag == SITEMAPS + root
    found: dict[str, str] = {}
    for one in tree:
        assert one.tag == SITEMAPS + {"urlset": "url", "sitemapindex": "sitemap"}[root]
        assert [part.tag for part in one] in ([f"{SITEMAPS}loc"], [f"{SITEMAPS}loc", f"{SITEMAPS}lastmod"])
        address, changed_at = one.findtext(f"{SITEMAPS}loc"), one.findtext(f"{SITEMAPS}lastmod", "")
        assert address not in found
        assert address.startswith(ROOT)
        assert len(address) < 2048
        assert not changed_at or datetime.fromisoformat(changed_at).tzinfo
        found[address] = changed_at
    return found


def test_it_lists_what_everybody_may_see_and_nothing_else(ctx: Context, make: Factories, client: FlaskClient) -> None:
    full = make.campaign("day-du", plugins=("extra",))
    make.campaign("moi")
    make.campaign("nhap", state=CampaignState.DRAFT, plugins=("extra",))
    archived = make.campaign("cu", state=CampaignState.ARCHIVED)
    issue_rules(ctx, campaign=full, write=str)
    for campaign, public in ((full, True), (archived, False)):
        ctx.session.add(Document(campaign_id=campaign.id, key="a", kind="plan", title="Kế hoạch", symbol="1/KH",
                                 public=public, created_at=ctx.now))  # fmt: skip
    ctx.session.commit()
    found = entries(client)
    paths = {address.removeprefix(ROOT) for address in found}
    assert paths == {
        "/c/day-du/", "/c/day-du/rules", "/c/day-du/documents/", "/c/day-du/?a=1&b=2", "/c/moi/", "/c/cu/",
    }  # fmt: skip
    assert datetime.fromisoformat(found[f"{ROOT}/c/day-du/rules"]) == ctx.now
    assert found[f"{ROOT}/c/day-du/?a=1&b=2"] == ""
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200
        assert "noindex" not in answer.text


def test_more_than_one_file_may_have_are_divided(
    ctx: Context, make: Factories, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        make.campaign()
    ctx.session.commit()
    whole = entries(client)
    assert client.get("/sitemap-1.xml").status_code == 404
    monkeypatch.setattr(sitemap, "MOST", 2)
    ctx.session.add(make.campaign())
    ctx.session.commit()
    parts = [urlsplit(address).path for address in entries(client, root="sitemapindex")]
    assert parts == [f"/sitemap-{number}.xml" for number in (1, 2, 3)]
    divided = [entries(client, path) for path in parts]
    assert [len(part) for part in divided] == [2, 2, 2]
    assert set(whole) < {address for part in divided for address in part}
    for number in (0, 4):
        assert client.get(f"/sitemap-{number}.xml").status_code == 404


def test_the_number_of_statements_does_not_grow_with_the_campaigns(
    ctx: Context, make: Factories, client: FlaskClient, statements: Callable[[], int]
) -> None:
    def counted() -> int:
        ctx.session.commit()
        statements()
        client.head("/sitemap.xml")
        return statements()

    make.campaign(plugins=("extra",))
    few = counted()
    for _ in range(5):
        issue_rules(ctx, campaign=make.campaign(plugins=("extra",)), write=str)
    assert counted() == few


def test_it_is_kept_until_something_public_changes(
    ctx: Context, make: Factories, client: FlaskClient, statements: Callable[[], int]
) -> None:
    campaign = make.campaign("thi")
    ctx.session.commit()
    for _ in range(2):
        client.get("/sitemap.xml")
    statements()
    kept = client.get("/sitemap.xml")
    assert statements() <= 1, "what has changed, and nothing else"
    assert client.get("/sitemap.xml", headers={"If-None-Match": kept.headers["ETag"]}).status_code == 304
    issue_rules(ctx, campaign=campaign, write=str)
    ctx.session.commit()
    assert f"{ROOT}/c/thi/rules" in entries(client)


def test_robots_are_told_where_it_is(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert f"Sitemap: {ROOT}/sitemap.xml" in lines
    assert not [line for line in lines if line.startswith("Disallow") and "/c/" in line]
