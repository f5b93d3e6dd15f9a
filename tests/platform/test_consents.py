"""Consent: its words in versions, who consented to which, and asking again at a material change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.domain import basics_of, edit_basics
from cuocthi.consents.domain import give_consent, words_in_force
from cuocthi.consents.models import Consent, ConsentVersion
from cuocthi.consents.queries import consent_due, consent_versions, consents_of, current_consent
from cuocthi.contributions import Browser
from cuocthi.enrolments.domain import enrol
from cuocthi.errors import Conflict
from cuocthi.testing.factories import PASSWORD

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

SignIn = Callable[["User"], Browser]


def change_words(ctx: Context, campaign: Campaign, text: str, *, material: bool) -> None:
    edit_basics(ctx, campaign=campaign, basics=replace(basics_of(campaign), consent_text=text), ask_again=material)


def join(ctx: Context, make: Factories, campaign: Campaign, seen: int | None = None) -> Enrolment:
    return enrol(
        ctx,
        campaign=campaign,
        user=make.user(),
        unit=make.unit(),
        category="official",
        consent=True,
        consent_seen=seen,
        rules_version=None,
    )


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    campaign = make.campaign("thi")
    make.round(campaign)
    return campaign


def test_each_change_of_the_words_is_a_version_and_the_first_stays(ctx: Context, campaign: Campaign) -> None:
    first = campaign.consent_text
    change_words(ctx, campaign, "Lời mới", material=False)
    edit_basics(ctx, campaign=campaign, basics=replace(basics_of(campaign), tagline="Khác"))
    found = [
        (version.number, version.text, version.material)
        for version, _ in consent_versions(ctx, campaign_id=campaign.id)
    ]
    assert found == [(2, "Lời mới", False), (1, first, True)]


def test_who_joins_has_consented_to_the_words_in_force(ctx: Context, make: Factories, campaign: Campaign) -> None:
    enrolment = join(ctx, make, campaign)
    [(version, given_at)] = consents_of(ctx, enrolment_id=enrolment.id)
    assert (version.text, given_at) == (campaign.consent_text, ctx.now)
    assert enrolment.consent_digest == version.digest
    assert consent_due(ctx, enrolment=enrolment) is None


def test_words_that_changed_while_they_were_read_are_not_consented_to(
    ctx: Context, make: Factories, campaign: Campaign
) -> None:
    change_words(ctx, campaign, "Lời mới", material=False)
    with pytest.raises(Conflict) as refused:
        join(ctx, make, campaign, seen=1)
    assert refused.value.field == "consent"
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Consent)) == 0


def test_only_a_material_change_lets_people_be_asked_again(ctx: Context, make: Factories, campaign: Campaign) -> None:
    enrolment = join(ctx, make, campaign)
    change_words(ctx, campaign, "Sửa lỗi chính tả", material=False)
    assert consent_due(ctx, enrolment=enrolment) is None
    change_words(ctx, campaign, "Dữ liệu được giữ lâu hơn", material=True)
    change_words(ctx, campaign, "Dữ liệu được giữ lâu hơn.", material=False)
    due = consent_due(ctx, enrolment=enrolment)
    assert due is not None
    assert due.number == 4, "the newest words are shown"
    later = replace(ctx, now=ctx.now + timedelta(days=1))
    for _ in range(2):
        give_consent(later, enrolment_id=enrolment.id, version=due)
    assert consent_due(ctx, enrolment=enrolment) is None
    given = [(version.number, at) for version, at in consents_of(ctx, enrolment_id=enrolment.id)]
    assert given == [(4, later.now), (1, ctx.now)]


def test_whoever_joined_before_versions_were_kept_is_asked_at_the_next_material_change(
    ctx: Context, make: Factories, campaign: Campaign
) -> None:
    enrolment = make.enrolment(campaign)
    assert consent_due(ctx, enrolment=enrolment) is None
    change_words(ctx, campaign, "Lời mới", material=True)
    assert consent_due(ctx, enrolment=enrolment) is not None


def test_a_campaign_without_words_has_no_version(ctx: Context, make: Factories) -> None:
    campaign = make.campaign("khac")
    ctx.session.execute(sa.delete(ConsentVersion))
    campaign.consent_text = ""
    assert words_in_force(ctx, campaign=campaign, seen=None) is None
    assert current_consent(ctx, campaign_id=campaign.id) is None


def test_the_page_asks_again_with_a_box_that_is_not_ticked(
    ctx: Context, make: Factories, campaign: Campaign, sign_in: SignIn
) -> None:
    enrolment = make.enrolment(campaign)
    change_words(ctx, campaign, "Dữ liệu được giữ lâu hơn", material=True)
    browser = sign_in(enrolment.user)
    status, page = browser.get("/c/thi/personal")
    assert status == 200
    assert "Dữ liệu được giữ lâu hơn" in page
    assert "checked" not in page
    browser.post("/c/thi/personal/consent", {"number": "2"})
    assert consent_due(ctx, enrolment=enrolment) is not None, "without the tick nothing is agreed"
    ctx.session.rollback()
    assert browser.post("/c/thi/personal/consent", {"number": "1", "consent": "y"})[0] == 409
    ctx.session.rollback()
    status, page = browser.post("/c/thi/personal/consent", {"number": "2", "consent": "y"})
    assert (status, "Dữ liệu được giữ lâu hơn" in page) == (200, False)
    assert consent_due(ctx, enrolment=enrolment) is None


def test_the_form_of_joining_says_which_words_were_read(
    ctx: Context, make: Factories, campaign: Campaign, client: FlaskClient
) -> None:
    unit = make.unit(code="so-khcn")
    ctx.session.commit()
    page = client.get(f"/c/thi/join?unit={unit.code}").get_data(as_text=True)
    assert 'name="consent_version" type="hidden" value="1"' in page
    assert 'name="consent" required type="checkbox" value="y"' in page
    change_words(ctx, campaign, "Lời mới", material=False)
    ctx.session.commit()
    client.application.config["WTF_CSRF_ENABLED"] = False
    form = {
        "unit": unit.code,
        "name": "Nguyễn Thị Đào",
        "contact": "0912345645",
        "password": PASSWORD,
        "category": "official",
        "consent": "y",
        "consent_version": "1",
    }
    answer = client.post("/c/thi/join", data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'name="consent_version" type="hidden" value="2"' in page
    assert "Lời mới" in page
    ctx.session.rollback()
    assert client.post("/c/thi/join", data=form | {"consent_version": "2"}).status_code == 302
