"""Issues of certificates: a code always gives the same paper, and another one replaces it only by being issued."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.digest import digest
from cuocthi.errors import Conflict, DomainError
from cuocthi.migrations import runner
from cuocthi_prizes import plugin
from cuocthi_prizes.acts.domain import name_acts
from cuocthi_prizes.acts.queries import finality_of
from cuocthi_prizes.outputs import jobs
from cuocthi_prizes.outputs.hand_over import as_printed, save_output_settings
from cuocthi_prizes.outputs.issues import present_wording
from cuocthi_prizes.outputs.models import Certificate, CertificateIssue
from cuocthi_prizes.outputs.order import in_ceremony_order
from cuocthi_prizes.outputs.queries import current_issue, verified
from cuocthi_prizes.outputs.settings import OutputSettings

from .adopted import adopt, decision, draft, final
from .issued import issued, made, paper

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from cuocthi.campaigns.models import Campaign
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.models import AwardList


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("hoi-thi", plugins=("sprint", "prizes"))


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "sprint")


@pytest.fixture
def adopted(ctx: Context, make: Factories, campaign: Campaign, round_: Phase) -> AwardList:
    """An adopted list that minutes and a decision make final."""
    return final(ctx, campaign, adopt(ctx, draft(ctx, make, campaign, round_)))


def test_what_was_issued_stays_as_it_is_and_is_replaced_only_with_a_reason(
    app: Flask, ctx: Context, campaign: Campaign, adopted: AwardList, config: Config
) -> None:
    first = made(ctx, app, campaign, adopted)
    codes = set(ctx.session.scalars(sa.select(Certificate.code)))
    papers = {one.code: paper(ctx, app, campaign, one) for one in ctx.session.scalars(sa.select(Certificate))}
    acts = finality_of(ctx, award_list=adopted)
    assert acts is not None
    name_acts(
        ctx,
        campaign=campaign,
        list_ids=[adopted.id],
        minutes_id=acts.minutes.document_id,
        decision_id=decision(ctx, campaign, "153/QĐ-STTTT").id,
        reason="Số quyết định ghi nhầm",
    )
    save_output_settings(ctx, campaign=campaign, settings=OutputSettings(signatory="Bà Trần Thị Bình"))
    ctx.session.commit()
    with pytest.raises(DomainError, match="Say why") as refused:
        made(ctx, app, campaign, adopted)
    assert refused.value.field == "reason"
    ctx.session.rollback()
    assert {one.code: paper(ctx, app, campaign, one) for one in ctx.session.scalars(sa.select(Certificate))} == papers

    anew = made(ctx, app, campaign, adopted, reason="Người ký thay đổi")
    assert (anew.number, anew.reason, anew.file_id != first.file_id) == (2, "Người ký thay đổi", True)
    new = {one.code: one for one in ctx.session.scalars(sa.select(Certificate).where(Certificate.issue_id == anew.id))}
    assert len(new) == len(codes)
    assert not codes & set(new)
    for certificate in ctx.session.scalars(sa.select(Certificate)):
        found = verified(ctx, campaign_id=campaign.id, code=certificate.code)
        assert found is not None
        assert found.decision is not None
        replaced = certificate.code in codes
        assert (found.replaced_at, found.decision.symbol) == (
            (anew.issued_at, "152/QĐ-STTTT") if replaced else (None, "153/QĐ-STTTT")
        )
        said = paper(ctx, app, campaign, certificate)
        assert said == papers[certificate.code] if replaced else '"Bà Trần Thị Bình"' in said


@pytest.mark.parametrize("table", ["prizes_certificate_issue", "prizes_certificate"])
def test_the_database_keeps_what_was_issued(
    ctx: Context, campaign: Campaign, adopted: AwardList, config: Config, table: str
) -> None:
    issued(ctx, config, campaign, adopted)
    ctx.session.commit()
    column = "content" if table.endswith("issue") else "code"
    for statement in (f"UPDATE {table} SET {column} = 'khác'", f"DELETE FROM {table}"):  # noqa: S608 - of the test
        with pytest.raises(sa.exc.DBAPIError, match="what certificates say is fixed"):
            ctx.session.execute(sa.text(statement))
        ctx.session.rollback()


def test_what_was_issued_before_contents_were_kept_is_handed_out_only_while_it_is_provably_the_same(
    app: Flask, ctx: Context, campaign: Campaign, adopted: AwardList, config: Config
) -> None:
    with app.app_context():
        page = jobs.page_of(campaign)
    present = present_wording(ctx, campaign=campaign, award_list=adopted, folder=config.files, page=page)
    former = CertificateIssue(award_list_id=adopted.id, number=1, fingerprint="", issued_at=ctx.now)
    given = [Certificate(issue=former, award_id=one.id, code=f"{one.id:0>16}") for one in adopted.awards]
    given += [Certificate(issue=former, unit_award_id=one.id, code=f"9{one.id:0>15}") for one in adopted.unit_awards]
    codes = [
        next(
            own.code
            for own in given
            if (own.award_id or own.unit_award_id) == one.award.id and (own.award_id is None) == one.collective
        )
        for one in in_ceremony_order(adopted, lowest_first=True)
    ]
    former.fingerprint = digest(
        {"list": adopted.digest, "common": present.common, "codes": codes, "template": present.template}
    )
    ctx.session.add_all(given)
    ctx.session.commit()
    assert adopted.awards[0].recipient in paper(ctx, app, campaign, given[0])
    with app.app_context():
        kept = jobs.ask_for_certificates(ctx, campaign=campaign, list_id=adopted.id)
    assert kept is not None, "it has no PDF"
    assert current_issue(ctx, award_list=adopted) == former
    save_output_settings(ctx, campaign=campaign, settings=OutputSettings(signatory="Bà Trần Thị Bình"))
    with pytest.raises(Conflict, match="was not kept"):
        paper(ctx, app, campaign, given[0])


def test_certificates_that_were_made_before_become_the_first_issue(
    ctx: Context, engine: Engine, campaign: Campaign, adopted: AwardList, config: Config
) -> None:
    issued(ctx, config, campaign, adopted)
    campaign_id, list_id = campaign.id, adopted.id
    codes = ctx.session.execute(sa.select(Certificate.code, Certificate.award_id).order_by(Certificate.id)).all()
    ctx.session.commit()
    ctx.session.close()
    revisions = plugin.register_migrations()[0]
    runner.downgrade(engine, "prizes", revisions.versions, "0010")
    runner.upgrade(engine, {"prizes": revisions})

    assert (
        ctx.session.execute(sa.select(Certificate.code, Certificate.award_id).order_by(Certificate.id)).all() == codes
    )
    issue = ctx.session.scalars(sa.select(CertificateIssue)).one()
    assert (issue.award_list_id, issue.number, issue.content, issue.file_id) == (list_id, 1, None, None)
    found = verified(ctx, campaign_id=campaign_id, code=codes[0].code)
    assert found is not None
    assert found.decision is not None
    assert (found.decision.symbol, found.replaced_at) == ("152/QĐ-STTTT", None)


def test_a_certificate_that_another_one_replaced_says_so(
    app: Flask, ctx: Context, client: FlaskClient, campaign: Campaign, adopted: AwardList
) -> None:
    made(ctx, app, campaign, adopted)
    code = as_printed(ctx.session.scalars(sa.select(Certificate.code)).first() or "")
    save_output_settings(ctx, campaign=campaign, settings=OutputSettings(place="Hưng Yên"))
    made(ctx, app, campaign, adopted, reason="Ghi nhầm địa danh")
    page = client.get(f"/c/hoi-thi/prizes/certificate/{code}").text
    assert "đã được thay bằng giấy khác" in page
    assert "đang có hiệu lực" not in page
    assert "Ghi nhầm" not in page
