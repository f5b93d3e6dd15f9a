"""Winners fetch their own certificates: from the list in force alone, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import segno

from cuocthi.enrolments.models import Enrolment
from cuocthi.papers.typesetting import typeset
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session
from cuocthi_prizes.models import Award, AwardList
from cuocthi_prizes.outputs.certificates import sample_data
from cuocthi_prizes.outputs.hand_over import save_output_settings
from cuocthi_prizes.outputs.jobs import ask_for_certificates
from cuocthi_prizes.outputs.queries import certificates_of, current_issue
from cuocthi_prizes.outputs.settings import OutputSettings
from cuocthi_prizes.outputs.typesetting import SHIPPED

from .adopted import adopt, draft, final
from .qr_reading import modules_of, picture_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.outputs.models import Certificate

MINE = "/c/hoi-thi/personal"


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("hoi-thi", plugins=("sprint", "prizes"))


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "sprint")


@pytest.fixture
def adopted(ctx: Context, make: Factories, campaign: Campaign, round_: Phase) -> AwardList:
    """A list in force, which minutes and a decision make final."""
    return final(ctx, campaign, adopt(ctx, draft(ctx, make, campaign, round_)))


@pytest.fixture
def issue(ctx: Context, app: Flask, campaign: Campaign, adopted: AwardList) -> Callable[[], list[Certificate]]:
    """Issue the certificates of the list as they would be now, and return those of its persons in their places."""

    def issued() -> list[Certificate]:
        with app.app_context():
            ask_for_certificates(ctx, campaign=campaign, list_id=adopted.id, reason="Người ký thay đổi")
        found = current_issue(ctx, award_list=adopted)
        assert found is not None
        by_award = {one.award_id: one for one in certificates_of(ctx, issue=found)}
        return [by_award[award.id] for award in adopted.awards]

    return issued


@pytest.fixture
def certificates(issue: Callable[[], list[Certificate]]) -> list[Certificate]:
    """Those of the list, as handing it over gives them."""
    return issue()


@pytest.fixture
def winner(app: Flask, ctx: Context) -> Callable[[Award], FlaskClient]:
    """A browser of whoever an award names."""

    def signed_in(award: Award) -> FlaskClient:
        user_id = ctx.session.get_one(Enrolment, award.enrolment_id).user_id
        token = start_session(ctx, user_id=user_id, device="test", hours=1)
        ctx.session.commit()
        client = app.test_client()
        browser_over(client, session_token=token)
        return client

    return signed_in


def address(certificate: Certificate) -> str:
    return f"/c/hoi-thi/prizes/my-certificates/{certificate.id}.pdf"


def test_the_own_page_leads_to_it_once_it_is_made(
    ctx: Context,
    adopted: AwardList,
    winner: Callable[[Award], FlaskClient],
    issue: Callable[[], list[Certificate]],
) -> None:
    client = winner(adopted.awards[0])
    assert "my-certificates" not in client.get(MINE).text, "prizes have not been handed over"
    given = issue()[0]
    ctx.session.commit()
    assert address(given) in client.get(MINE).text
    answer = client.get(address(given))
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    tag = answer.headers["ETag"]
    again = client.get(address(given), headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b""), "it is not typeset again"


def test_it_says_what_the_printed_one_says_until_another_one_is_issued(
    ctx: Context,
    campaign: Campaign,
    adopted: AwardList,
    certificates: list[Certificate],
    winner: Callable[[Award], FlaskClient],
    issue: Callable[[], list[Certificate]],
) -> None:
    client = winner(adopted.awards[0])
    tag = client.get(address(certificates[0])).headers["ETag"]
    save_output_settings(ctx, campaign=campaign, settings=OutputSettings(signatory="Bà Trần Thị Bình"))
    ctx.session.commit()
    assert client.get(address(certificates[0])).headers["ETag"] == tag
    anew = issue()[0]
    ctx.session.commit()
    page = client.get(MINE).text
    assert address(anew) in page
    assert address(certificates[0]) not in page
    assert client.get(address(certificates[0])).status_code == 404
    assert client.get(address(anew)).headers["ETag"] != tag


def test_nobody_fetches_anybody_elses(
    adopted: AwardList,
    certificates: list[Certificate],
    winner: Callable[[Award], FlaskClient],
    client: FlaskClient,
) -> None:
    first, second = adopted.awards[:2]
    assert winner(first).get(address(certificates[1])).status_code == 404
    assert address(certificates[1]) not in winner(first).get(MINE).text
    assert client.get(address(certificates[0])).status_code in {302, 303}, "who is not signed in is asked to"
    assert winner(second).get(address(certificates[1])).status_code == 200


def test_of_a_list_that_was_replaced_there_is_none_any_more(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    round_: Phase,
    adopted: AwardList,
    certificates: list[Certificate],
    winner: Callable[[Award], FlaskClient],
) -> None:
    client = winner(adopted.awards[0])
    adopt(ctx, draft(ctx, make, campaign, round_, number=2))
    ctx.session.commit()
    assert client.get(address(certificates[0])).status_code == 404
    assert "my-certificates" not in client.get(MINE).text


def test_the_qr_code_on_the_paper_is_that_of_the_page_that_verifies_it(campaign: Campaign) -> None:
    page = "https://thi.example.vn/c/hoi-thi/prizes/certificate"
    data = sample_data(campaign=campaign, settings=OutputSettings(), page=page)
    address = data["certificates"][0]["address"]
    assert address.startswith(page)
    # The masks of the standard say the same; which one is chosen is for whoever makes the symbol.
    said = [segno.make(address, error="m", micro=False, boost_error=False, mask=mask) for mask in range(8)]
    picture = picture_of(typeset(SHIPPED.read_text("utf-8"), data, form="png"))
    read = modules_of(picture, len(said[0].matrix))
    assert read in [[[bool(module) for module in row] for row in one.matrix] for one in said]
    other = segno.make(address[:-1] + "X", error="m", micro=False, boost_error=False, mask=3)
    assert read != [[bool(module) for module in row] for row in other.matrix]
