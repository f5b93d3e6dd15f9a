"""Certificates as tests issue them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g

from cuocthi.digest import canonical
from cuocthi.jobs.models import JobState
from cuocthi.jobs.work import run_job
from cuocthi_prizes.outputs import jobs
from cuocthi_prizes.outputs.issues import issue_certificates
from cuocthi_prizes.outputs.queries import current_issue
from cuocthi_prizes.outputs.single import one_certificate

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.campaigns.models import Campaign
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.outputs.models import Certificate, CertificateIssue


def made(ctx: Context, app: Flask, campaign: Campaign, award_list: AwardList, reason: str = "") -> CertificateIssue:
    """Ask for the certificates, let the worker do it, and return the issue that counts then."""
    with app.app_context():
        job = jobs.ask_for_certificates(ctx, campaign=campaign, list_id=award_list.id, reason=reason)
    ctx.session.commit()
    if job is not None:
        assert run_job(app, job.id)
        ctx.session.expire_all()
        assert (job.state, job.message) == (JobState.DONE, "")
    issue = current_issue(ctx, award_list=award_list)
    assert issue is not None
    ctx.session.commit()
    return issue


def issued(ctx: Context, config: Config, campaign: Campaign, award_list: AwardList) -> CertificateIssue:
    """Issue the certificates of a list without making the PDF."""
    return issue_certificates(
        ctx, campaign=campaign, list_id=award_list.id, folder=config.files, page="https://thi.example.vn/c", reason=""
    )


def paper(ctx: Context, app: Flask, campaign: Campaign, certificate: Certificate) -> str:
    """All that one certificate is typeset of."""
    with app.test_request_context():
        g.campaign = campaign
        return canonical(one_certificate(ctx, certificate=certificate)).decode()
