"""Every list of the staff pages hands itself out in both kinds of file, with the same rows, and on record."""

from __future__ import annotations

import csv
import importlib
import io
import re
from html import unescape
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
import python_calamine
import sqlalchemy as sa

from cuocthi.articles.domain import ArticleFacts, write_article
from cuocthi.articles.models import ArticleKind
from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.exchange import import_campaign
from cuocthi.campaigns.files import read_folder
from cuocthi.contributions import Edge
from cuocthi.jobs.models import Job
from cuocthi.news.domain import AnnouncementFacts, write_announcement
from cuocthi.tasks.domain import TaskFacts, add_task
from cuocthi.testing.browsing import browser_over
from cuocthi.timelines.queries import phases
from cuocthi.users.domain import start_session

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories

NAMES = ("quiz", "prizes", "publishing", "inquiries")
EXAMPLE = Path(__file__).parents[2] / "examples" / "thai-binh-2024"
STAFF = "/c/chuyen-doi-so-2024/staff"
#: All but those that need results: they are tested where the results are.
LISTS = {
    "announcements",
    "articles",
    "attempts",
    "audit",
    "complaints",
    "documents",
    "duplicates",
    "enrolments",
    "inquiries",
    "jobs",
    "links",
    "live-units",
    "mergers",
    "pairs",
    "participation",
    "people",
    "phases",
    "prerequisites",
    "questions",
    "roster",
    "tasks",
    "units",
    "validity",
}
EMPTY = {"attempts", "complaints", "duplicates", "inquiries", "mergers", "people", "roster", "validity"}
#: Whom the support looks for is shown one by one; nobody is listed.
NO_LIST = {f"{STAFF}/support/"}
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [importlib.import_module(f"cuocthi_{name}.plugin") for name in NAMES]


@pytest.fixture
def organiser(client: FlaskClient, ctx: Context, make: Factories) -> FlaskClient:
    """A member of the organising committee of the contest of 2024, with something in as many lists as possible."""
    campaign = import_campaign(ctx, files=read_folder(EXAMPLE))
    member = make.member(campaign)
    unit = make.unit("Sở Thông tin và Truyền thông")
    make.headcount(campaign, unit, 40)
    for _ in range(2):
        make.enrolment(campaign, user=make.user("Nguyễn Thị Đào"), unit=unit)
    phase = phases(ctx, campaign_id=campaign.id)[0]
    add_task(ctx, campaign=campaign, facts=TaskFacts("=Soạn Thể lệ", phase, Edge.OPENED))
    write_announcement(ctx, campaign=campaign, facts=AnnouncementFacts("Còn 3 ngày", "Mời bạn dự thi."))
    write_article(ctx, campaign=campaign, facts=ArticleFacts(ArticleKind.NEWS, "Phát động", "Sáng nay."))
    ctx.session.add(
        Job(
            kind="core:test",
            campaign_id=campaign.id,
            arguments={},
            result={},
            created_at=ctx.now,
            key="1",
        )
    )
    token = start_session(ctx, user_id=member.id, device="test", hours=1)
    ctx.session.commit()
    browser_over(client, session_token=token)
    return client


def staff_pages(organiser: FlaskClient) -> dict[str, str]:
    """All pages of the staff that lead to one another, one of each kind, by address."""
    waiting, seen, found = [f"{STAFF}/"], set[str](), dict[str, str]()
    while waiting:
        address = waiting.pop()
        kind = re.sub(r"\d+", "0", address)
        if kind in seen:
            continue
        seen.add(kind)
        page = organiser.get(address, follow_redirects=True)
        if page.mimetype != "text/html":
            page.close()
            continue
        found[page.request.path] = page.text
        links = (urlsplit(urljoin(address, unescape(link))) for link in re.findall(r'\shref="([^"]*)"', page.text))
        waiting += [link.path for link in links if "/staff/" in link.path and not link.netloc]
    return found


def rows_of(organiser: FlaskClient, address: str, kind: str) -> list[list[str]]:
    answer = organiser.get(f"{address}?export={kind}")
    assert answer.status_code == 200, (address, kind)
    assert f".{kind}" in answer.headers["Content-Disposition"]
    if kind == "csv":
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]


@on_one_database
def test_every_list_is_had_as_a_workbook_and_as_csv_and_each_is_on_record(organiser: FlaskClient, ctx: Context) -> None:
    seen, filled = set(), set[str]()
    for address, page in staff_pages(organiser).items():
        ids = set(re.findall(r'<div class="data-table" id="([^"]+)"', page))
        if "qr-sheet" in page:
            ids.add("links")
        if address in NO_LIST:
            assert "export=" not in page
            continue
        for table in ids:
            seen.add(table)
            book, text = rows_of(organiser, address, "xlsx"), rows_of(organiser, address, "csv")
            # The record of the workbook stands in the file that came after it.
            assert len(text) - len(book) == (table == "audit"), address
            assert text[0] == book[0]
            filled |= {table} if len(text) > 1 else set()
            assert len({len(row) for row in [*text, *book]}) == 1
            summaries = ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id.desc()).limit(2)).all()
            ctx.session.rollback()
            assert all(action.endswith(":export") for action in summaries), address
    assert seen == LISTS
    assert filled == LISTS - EMPTY


@on_one_database
def test_what_narrows_a_list_narrows_its_file(organiser: FlaskClient) -> None:
    rows = rows_of(organiser, f"{STAFF}/units/", "csv")
    narrowed = organiser.get(f"{STAFF}/units/?q=vu+thu&sort=name&page=3&export=csv").data.decode()
    assert 1 < len(narrowed.splitlines()) < len(rows)


@on_one_database
def test_no_text_becomes_a_formula(organiser: FlaskClient) -> None:
    assert "'=Soạn Thể lệ" in {cell for row in rows_of(organiser, f"{STAFF}/tasks/", "csv") for cell in row}
    assert "=Soạn Thể lệ" in {cell for row in rows_of(organiser, f"{STAFF}/tasks/", "xlsx") for cell in row}
