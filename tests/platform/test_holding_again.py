"""Last year's campaign held again: what is taken along, what is left behind, and who may do it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.domain import verify
from cuocthi.campaigns.copying import Edition, copy_campaign
from cuocthi.campaigns.domain import set_categories
from cuocthi.campaigns.exchange import export_campaign
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.campaigns.queries import headcount_totals
from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.queries import committees_with_members, roles_in
from cuocthi.contributions import Role
from cuocthi.documents.domain import DocumentFacts, register_document
from cuocthi.documents.models import DocumentKind
from cuocthi.documents.queries import documents
from cuocthi.errors import Conflict, DomainError
from cuocthi.files.domain import store
from cuocthi.files.kinds import PDF as PDF_FILE
from cuocthi.files.models import StoredFile
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.moving import by_years, unmoved
from cuocthi.timelines.queries import phases
from cuocthi.users.models import User

if TYPE_CHECKING:
    from pathlib import Path

    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories

SignIn = Callable[[User], "Browser"]

NEXT_YEAR = Edition("thi-2025", "Cuộc thi năm 2025", "Sở Khoa học và Công nghệ", by_years(1))
PDF = b"%PDF-1.7 a law"


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL_ZONE)  # type: ignore[arg-type, misc]


@pytest.fixture
def earlier(ctx: Context, make: Factories, tmp_path: Path) -> Campaign:
    campaign = make.campaign("thi-2024")
    make.phase(campaign, PhaseKind.LAUNCH, title="Phát động", opens_at=local(2024, 9, 10), closes_at=local(2024, 9, 15))
    make.phase(campaign, title="Chấm thi", opens_at=local(2024, 10, 5, 17), closes_at=local(2024, 10, 10))
    make.headcount(campaign, make.unit("Sở Tài chính"), 120)
    make.member(campaign, Role.ORGANISING, user=make.user("Phạm Thị Thu Hà"))
    make.member(campaign, Role.JURY, user=make.user("Lê Văn Sơn"))
    make.enrolment(campaign)
    for kind in (DocumentKind.PLAN, DocumentKind.DECISION, DocumentKind.MINUTES, DocumentKind.RULES):
        register_document(ctx, campaign=campaign, facts=DocumentFacts(kind, f"Văn bản {kind}"))
    file = store(
        ctx,
        folder=tmp_path,
        content=PDF,
        name="luat.pdf",
        kinds=[PDF_FILE],
        campaign=campaign,
        permission="",
    )
    register_document(ctx, campaign=campaign, facts=DocumentFacts(DocumentKind.LAW, "Luật Căn cước"), file=file)
    ctx.session.commit()
    return campaign


def test_everything_that_was_set_is_there_again_a_year_later(ctx: Context, earlier: Campaign) -> None:
    copy = copy_campaign(ctx, campaign=earlier, edition=NEXT_YEAR)
    assert (copy.state, copy.slug, copy.name) == (CampaignState.DRAFT, "thi-2025", "Cuộc thi năm 2025")
    assert (copy.host_name, copy.consent_text) == ("Sở Khoa học và Công nghệ", earlier.consent_text)
    assert copy.categories == earlier.categories
    assert headcount_totals(ctx, campaign_id=copy.id) == {"official": 120}
    spans = [(phase.title, phase.opens_at, phase.closes_at) for phase in phases(ctx, campaign_id=copy.id)]
    assert spans == [
        ("Phát động", local(2025, 9, 10), local(2025, 9, 15)),
        ("Chấm thi", local(2025, 10, 5, 17), local(2025, 10, 10)),
    ]
    assert verify(ctx) is None


def test_the_earlier_campaign_stays_as_it_is(ctx: Context, earlier: Campaign) -> None:
    before = export_campaign(ctx, campaign=earlier)
    copy = copy_campaign(ctx, campaign=earlier, edition=NEXT_YEAR)
    set_categories(ctx, campaign=copy, categories={"resident": "Người dân"})
    assert export_campaign(ctx, campaign=earlier) == before
    assert copy.draw_key != earlier.draw_key


def test_acts_and_entries_of_the_earlier_time_are_left_behind(ctx: Context, earlier: Campaign) -> None:
    copy = copy_campaign(ctx, campaign=earlier, edition=NEXT_YEAR)
    [law] = documents(ctx, campaign_id=copy.id, public_only=False)
    assert law.title == "Luật Căn cước"
    assert [committee.decision for committee in committees_with_members(ctx, campaign_id=copy.id)] == ["", ""]
    assert all(not committee.memberships for committee in committees_with_members(ctx, campaign_id=copy.id))
    text = b"".join(export_campaign(ctx, campaign=copy).values()).decode()
    assert "Văn bản" not in text


def test_reference_material_goes_along_with_its_file_which_is_kept_once(ctx: Context, earlier: Campaign) -> None:
    copy = copy_campaign(ctx, campaign=earlier, edition=NEXT_YEAR)
    files = ctx.session.execute(sa.select(StoredFile.campaign_id, StoredFile.sha256, StoredFile.name)).all()
    assert {row.campaign_id for row in files} == {earlier.id, copy.id}
    assert len({(row.sha256, row.name) for row in files}) == 1


def test_members_are_taken_along_if_wished(ctx: Context, earlier: Campaign) -> None:
    edition = Edition("thi-2025", "Cuộc thi", "Sở A", unmoved, members=True)
    copy = copy_campaign(ctx, campaign=earlier, edition=edition)
    seats = [
        (committee.role, seat.user.name)
        for committee in committees_with_members(ctx, campaign_id=copy.id)
        for seat in committee.memberships
    ]
    assert seats == [(Role.ORGANISING, "Phạm Thị Thu Hà"), (Role.JURY, "Lê Văn Sơn")]


@pytest.mark.parametrize(("slug", "refusal"), [("thi-2024", Conflict), ("Thi 2025", DomainError)])
def test_an_address_that_cannot_be_changes_nothing(
    ctx: Context, earlier: Campaign, slug: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        copy_campaign(ctx, campaign=earlier, edition=Edition(slug, "Cuộc thi", "Sở A", unmoved))
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Campaign)) == 1


# --- the page -------------------------------------------------------------------------------------------------------

PATH = "/staff/new/from/thi-2024"
CHOSEN = {"name": "Cuộc thi năm 2025", "host_name": "Sở Khoa học và Công nghệ", "slug": "thi-2025"}


def organiser(ctx: Context, campaign: Campaign) -> User:
    [found] = [
        seat.user
        for committee in committees_with_members(ctx, campaign_id=campaign.id)
        for seat in committee.memberships
        if committee.role is Role.ORGANISING
    ]
    ctx.session.commit()
    return found


def test_an_organiser_sees_the_new_dates_before_anything_is_made(
    ctx: Context, earlier: Campaign, sign_in: SignIn
) -> None:
    browser = sign_in(organiser(ctx, earlier))
    assert PATH in browser.get("/c/thi-2024/staff/basics")[1]
    status, page = browser.get(PATH)
    assert status == 200
    assert "17h00 05/10 – 09/10/2024" in page
    for preview, day in (({"opens_on": "2031-09-10"}, "2031-09-10"), ({"opens_on": "2031-09-12"}, "2031-09-12")):
        status, page = browser.post(PATH, CHOSEN | preview | {"preview": "1"})
        assert (status, f'value="{day}"' in page) == (200, True)
    assert "17h00 07/10 – 11/10/2031" in page
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Campaign)) == 1


def test_the_day_is_proposed_a_whole_number_of_years_later_and_to_come(
    ctx: Context, earlier: Campaign, sign_in: SignIn
) -> None:
    page = sign_in(organiser(ctx, earlier)).get(PATH)[1]
    found = re.search(r'name="opens_on"[^>]*value="(\d{4})-09-10"', page)
    assert found
    assert date(int(found[1]), 9, 10) > ctx.now.date()
    assert f'value="thi-{found[1]}"' in page


def test_an_organiser_makes_the_next_campaign_and_organises_it(
    ctx: Context, earlier: Campaign, sign_in: SignIn
) -> None:
    person = organiser(ctx, earlier)
    browser = sign_in(person)
    browser.get(PATH)
    status, page = browser.post(PATH, CHOSEN | {"opens_on": "2031-09-12", "keep_weekdays": "y"})
    assert (status, "Đã tạo cuộc thi ở dạng dự thảo" in page) == (200, True)
    copy = ctx.session.scalars(sa.select(Campaign).where(Campaign.slug == "thi-2025")).one()
    first = phases(ctx, campaign_id=copy.id)[0].opens_at.astimezone(LOCAL_ZONE)
    assert (first.date(), first.weekday()) == (date(2031, 9, 9), local(2024, 9, 10).weekday())
    assert Role.ORGANISING in roles_in(ctx, campaign_id=copy.id, user_id=person.id)


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"slug": "thi-2024"}, "slug"),
        ({"slug": ""}, "slug"),
        ({"name": ""}, "name"),
        ({"opens_on": "12/9"}, "opens_on"),
    ],
)
def test_what_cannot_be_names_its_field_and_keeps_the_rest(
    ctx: Context, earlier: Campaign, sign_in: SignIn, entered: dict[str, str], field: str
) -> None:
    browser = sign_in(organiser(ctx, earlier))
    browser.get(PATH)
    status, page = browser.post(PATH, CHOSEN | {"opens_on": "2031-09-12"} | entered)
    assert status in {409, 422}
    assert f'href="#{field}"' in page
    assert 'value="Sở Khoa học và Công nghệ"' in page
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Campaign)) == 1


def test_a_campaign_without_a_timeline_is_held_again_without_dates(
    ctx: Context, make: Factories, sign_in: SignIn
) -> None:
    browser = sign_in(make.member(make.campaign("thi-2024")))
    page = browser.get(PATH)[1]
    assert 'name="opens_on"' not in page
    assert browser.post(PATH, CHOSEN)[0] == 200
    assert ctx.session.scalars(sa.select(Campaign.slug).order_by(Campaign.id)).all() == ["thi-2024", "thi-2025"]


def test_only_organisers_hold_a_campaign_again_and_administrators_once_it_is_archived(
    ctx: Context, make: Factories, earlier: Campaign, sign_in: SignIn
) -> None:
    admin, jury = make.user(admin=True), make.member(earlier, Role.JURY)
    other = make.member(make.campaign("khac"))
    ctx.session.commit()
    browsers = [sign_in(person) for person in (admin, jury, other)]
    for browser in browsers:
        assert browser.get(PATH)[0] == 404
    assert PATH not in browsers[0].get("/staff/new")[1]
    earlier.state = CampaignState.ARCHIVED
    ctx.session.commit()
    assert PATH in browsers[0].get("/staff/new")[1]
    assert [browser.get(PATH)[0] for browser in browsers] == [200, 404, 404]
