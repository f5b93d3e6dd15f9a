"""Administrative conditions: with every new campaign, confirmed by somebody, and, where required, before it opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.copying import Edition, copy_campaign
from cuocthi.campaigns.domain import Basics
from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.founding import found_empty
from cuocthi.campaigns.lifecycle import readiness
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.context import Actor, Context
from cuocthi.contributions import Role
from cuocthi.documents.domain import DocumentFacts, register_document
from cuocthi.documents.models import Document, DocumentKind
from cuocthi.errors import DomainError
from cuocthi.prerequisites.domain import (
    PrerequisiteFacts,
    add_prerequisite,
    default_prerequisites,
    edit_prerequisite,
    remove_prerequisite,
)
from cuocthi.prerequisites.models import Prerequisite
from cuocthi.prerequisites.queries import prerequisites
from cuocthi.timelines.moving import unmoved

if TYPE_CHECKING:
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

STAFF = "/c/thai-binh/staff/prerequisites/"
BACKUP = PrerequisiteFacts("Đã kiểm tra sao lưu", required=True)


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh", state=CampaignState.DRAFT)


@pytest.fixture
def technician(ctx: Context, make: Factories, campaign: Campaign) -> Context:
    """The context of somebody who may confirm."""
    user = make.member(campaign, Role.TECHNICAL, user=make.user("Đặng Minh Tuấn"))
    return replace(ctx, actor=Actor(user.id))


@pytest.fixture
def decision(ctx: Context, campaign: Campaign) -> Document:
    return register_document(
        ctx, campaign=campaign, facts=DocumentFacts(DocumentKind.DECISION, "Cấp độ", "12/QĐ-STTTT")
    )


def titles(ctx: Context, campaign: Campaign) -> list[str]:
    return [one.title for one in prerequisites(ctx, campaign_id=campaign.id)]


def reasons(ctx: Context, campaign: Campaign) -> str:
    return " ".join(map(str, readiness(ctx, campaign=campaign).reasons))


def test_every_new_campaign_begins_with_what_the_law_asks_for(ctx: Context, make: Factories) -> None:
    basics = Basics("Hội thi", "Sở KHCN")
    empty = found_empty(ctx, slug="moi", basics=basics, founder=make.user())
    assert titles(ctx, empty) == [one.title for one in default_prerequisites("vi")]
    english = found_empty(ctx, slug="new", basics=replace(basics, language="en"), founder=make.user())
    assert titles(ctx, english) == [one.title for one in default_prerequisites("en")]
    assert not any(one.required for one in prerequisites(ctx, campaign_id=empty.id)), "recommended until one decides so"


def test_a_required_one_refuses_the_opening_until_somebody_confirms_it(
    ctx: Context, campaign: Campaign, technician: Context, decision: Document
) -> None:
    found = add_prerequisite(technician, campaign=campaign, facts=BACKUP)
    assert BACKUP.title in reasons(ctx, campaign)
    edit_prerequisite(
        technician, campaign=campaign, prerequisite=found, facts=replace(BACKUP, met=True, document=decision)
    )
    assert BACKUP.title not in reasons(ctx, campaign)
    assert (found.done_at, found.done_by_id) == (ctx.now, technician.actor.user_id)
    event = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.after["document"]) == ("core:prerequisite:confirm", "12/QĐ-STTTT")
    edit_prerequisite(technician, campaign=campaign, prerequisite=found, facts=BACKUP)
    assert BACKUP.title in reasons(ctx, campaign)
    remove_prerequisite(technician, campaign=campaign, prerequisite=found)
    assert (titles(ctx, campaign), BACKUP.title in reasons(ctx, campaign)) == ([], False)


def test_one_that_is_only_recommended_refuses_nothing(ctx: Context, campaign: Campaign) -> None:
    add_prerequisite(ctx, campaign=campaign, facts=replace(BACKUP, required=False))
    assert BACKUP.title not in reasons(ctx, campaign)
    assert any(str(item.title) == BACKUP.title for item in readiness(ctx, campaign=campaign).items)


def test_it_needs_words_and_somebody_who_confirms(ctx: Context, campaign: Campaign) -> None:
    with pytest.raises(DomainError) as refusal:
        add_prerequisite(ctx, campaign=campaign, facts=PrerequisiteFacts(" "))
    assert refusal.value.field == "title"
    with pytest.raises(IntegrityError):
        add_prerequisite(ctx, campaign=campaign, facts=replace(BACKUP, met=True))


def test_the_next_campaign_has_them_unconfirmed(ctx: Context, campaign: Campaign, technician: Context) -> None:
    add_prerequisite(technician, campaign=campaign, facts=replace(BACKUP, met=True))
    edition = Edition("thai-binh-2025", "Hội thi năm 2025", "Sở KHCN", unmoved)
    copy = copy_campaign(ctx, campaign=campaign, edition=edition)
    (again,) = prerequisites(ctx, campaign_id=copy.id)
    assert (again.title, again.required, again.done_at) == (BACKUP.title, True, None)


@pytest.mark.parametrize("facts", [[], [BACKUP], default_prerequisites("vi")])
def test_a_campaign_file_gives_the_same_file_again(
    ctx: Context, campaign: Campaign, facts: list[PrerequisiteFacts]
) -> None:
    for one in facts:
        add_prerequisite(ctx, campaign=campaign, facts=one)
    files = export_campaign(ctx, campaign=campaign)
    copy = import_campaign(ctx, files=files, slug="ban-sao")
    assert titles(ctx, copy) == [one.title for one in facts]
    assert (
        export_campaign(ctx, campaign=copy)["campaign.toml"].replace(b"ban-sao", b"thai-binh") == files["campaign.toml"]
    )


def test_they_are_kept_by_forms_alone(
    ctx: Context, make: Factories, campaign: Campaign, decision: Document, sign_in: Callable[[User], Browser]
) -> None:
    decision_id = decision.id
    browser = sign_in(make.member(campaign, user=make.user("Phạm Thị Thu Hà")))
    assert browser.get(STAFF)[0] == 200
    browser.get(f"{STAFF}new")
    assert browser.post(f"{STAFF}new", {"title": ""})[0] == 422
    assert browser.post(f"{STAFF}new", {"title": "Phê duyệt cấp độ", "required": "y"})[0] == 200
    (found_id,) = ctx.session.scalars(sa.select(Prerequisite.id))
    ctx.session.commit()
    readiness_page = browser.get("/c/thai-binh/staff/readiness")[1]
    assert "Phê duyệt cấp độ" in readiness_page
    assert f'href="{STAFF}"' in readiness_page
    fields = {"title": "Phê duyệt cấp độ", "required": "y", "met": "y", "document": str(decision_id)}
    status, page = browser.post(f"{STAFF}{found_id}", fields)
    assert (status, "12/QĐ-STTTT" in page, "Phạm Thị Thu Hà" in page) == (200, True, True)
    assert browser.post(f"{STAFF}{found_id}/remove", {})[0] == 200
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Prerequisite)) == 0


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_a_constant_number_of_statements(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    sign_in: Callable[[User], Browser],
    statements: Callable[[], int],
    number: int,
) -> None:
    for _ in range(number):
        add_prerequisite(ctx, campaign=campaign, facts=BACKUP)
    browser = sign_in(make.member(campaign))
    browser.get(STAFF)
    statements()
    assert browser.get(STAFF)[0] == 200
    assert statements() == 2
