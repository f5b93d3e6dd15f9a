"""What publishing tells the rest of the platform: navigation, panels, clauses, campaign file, commands, rehearsal."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.settings import SettingsError, save_settings
from cuocthi.contributions import CampaignPart, Duty, NavItem, Panel, RuleClause
from cuocthi.errors import InvalidData
from cuocthi.files.models import StoredFile
from cuocthi_publishing.domain import withdrawals
from cuocthi_publishing.domain.clauses import rule_clauses
from cuocthi_publishing.queries import current_release, load_publish_settings
from cuocthi_publishing.rehearsal import rehearse
from cuocthi_publishing.settings import MAX_DEPTH, OWNER, PublishSettings

from .conftest import Contest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock


def test_a_release_that_waits_is_counted_in_the_navigation(contest: Contest) -> None:
    contest.adopt()

    def badge() -> int:
        found = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "nav_items", NavItem)
        return next(item.badge for item in found if item.key == "releases")

    assert badge() == 0
    contest.release()
    assert badge() == 1
    contest.publish()
    assert badge() == 0


def test_a_release_that_waits_is_the_second_persons_duty(contest: Contest) -> None:
    def duties() -> list[str]:
        found = contest.ctx.hooks.collect_among(contest.ctx, [contest.campaign], "duties", Duty)
        return [duty.permission for duty in found]

    contest.adopt()
    assert duties() == []
    contest.release()
    assert duties() == ["publishing:release:confirm"]
    contest.publish()
    assert duties() == []


def test_panels_follow_the_releases(contest: Contest) -> None:
    def keys(slot: str) -> list[str]:
        found = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "panels", Panel, slot=slot)
        return [panel.key for panel in found]

    assert (keys("campaign"), keys("overview"), keys("person")) == ([], [], [])
    contest.adopt()
    assert (keys("campaign"), keys("overview"), keys("person")) == ([], ["releases"], [])
    contest.release()
    assert (keys("campaign"), keys("overview")) == ([], ["releases"])
    contest.publish()
    assert (keys("campaign"), keys("overview"), keys("person")) == (["results"], ["releases"], [])


def test_the_rules_say_what_is_published(contest: Contest) -> None:
    (clause,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "rule_clauses", RuleClause)
    assert clause.heading == "Công bố kết quả"
    assert "- danh sách đạt giải: họ tên, đơn vị và giải của người đạt giải;" in clause.body
    assert "người đứng đầu" not in clause.body
    save_settings(
        contest.ctx, owner=OWNER, campaign=contest.campaign, value=PublishSettings(awards=False, depth=50, units=False)
    )
    (clause,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "rule_clauses", RuleClause)
    assert "- bảng xếp hạng của mỗi vòng thi đến hạng 50, gồm tất cả những người cùng hạng;" in clause.body
    assert "danh sách đạt giải" not in clause.body
    assert clause.body.index("không công bố số điện thoại") > 0


def test_the_clause_follows_the_language_of_the_campaign() -> None:
    (clause,) = rule_clauses(PublishSettings(depth=1000), "en")
    assert clause.heading == "Publication of the results"
    assert "- each round's ranking down to rank 1,000, all who share it included; whoever" in clause.body


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (PublishSettings(everybody=True), "each round's whole ranking; whoever is no winner appears by contest number"),
        (PublishSettings(everybody=True, depth=3, full_names=True), "whole ranking; everybody on it is named in full"),
        (
            PublishSettings(depth=20, full_names=True),
            "each round's ranking down to rank 20, all who share it included; everybody on it is named in full",
        ),
        (
            PublishSettings(depth=20),
            "each round's ranking down to rank 20, all who share it included; whoever is no winner appears by",
        ),
    ],
)
def test_the_clause_says_how_deep_and_under_which_names(settings: PublishSettings, said: str) -> None:
    (clause,) = rule_clauses(settings, "en")
    assert clause.body.count(said) == clause.body.count("each round's ") == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"depth": -1}, "depth"),
        ({"depth": MAX_DEPTH + 1}, "depth"),
        ({"awards": False, "units": False, "statistics": False}, "awards"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(values: dict[str, int], field: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        PublishSettings(**values)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_the_settings_go_through_a_campaign_file(contest: Contest) -> None:
    settings = PublishSettings(depth=7, units=False)
    save_settings(contest.ctx, owner=OWNER, campaign=contest.campaign, value=settings)
    (part,) = contest.ctx.hooks.collect(contest.ctx, contest.campaign, "export_campaign", CampaignPart)
    assert part == CampaignPart(
        {
            "awards": True,
            "depth": 7,
            "everybody": False,
            "full_names": False,
            "units": False,
            "statistics": True,
            "comparison": True,
            "compared_with": "",
            "documents": True,
            "news": True,
            "notices": True,
        }
    )
    other = contest.make.campaign(plugins=("publishing",))
    contest.ctx.hooks.notify(contest.ctx, other, "import_campaign", only="publishing", part=part)
    assert load_publish_settings(contest.ctx, campaign=other).value == settings


def test_a_malformed_part_is_refused_with_every_problem(contest: Contest) -> None:
    part = CampaignPart({"depth": "deep", "emails": True})
    with pytest.raises(InvalidData) as refusal:
        contest.ctx.hooks.notify(contest.ctx, contest.campaign, "import_campaign", only="publishing", part=part)
    assert len(refusal.value.problems) == 2


def test_search_engines_learn_of_results_while_they_are_public(
    contest: Contest, client: FlaskClient, clock: FixedClock
) -> None:
    def listed() -> list[str]:
        contest.ctx.session.commit()
        return re.findall(r"/c/hoi-thi/publishing/([^<]*)</loc>", client.get("/sitemap.xml").text)

    contest.adopt()
    contest.release()
    assert listed() == []
    contest.publish(not_before=contest.ctx.now + timedelta(hours=1))
    assert listed() == []
    contest.later(clock, hours=1)
    assert listed() == ["", "release/2/"]
    contest.publish("Sửa.")
    assert listed() == ["", "release/3/"]
    for path in listed():
        assert 'content="noindex"' not in client.get(f"/c/hoi-thi/publishing/{path}").text
    assert 'content="noindex"' in client.get("/c/hoi-thi/publishing/release/2/").text
    first, second = contest.staff
    withdrawals.ask(first, campaign=contest.campaign, number=3, reason="Nhầm.")
    withdrawals.confirm(second, campaign=contest.campaign, number=3)
    assert listed() == []


def test_a_rehearsal_publishes_and_reports(contest: Contest, app: Flask) -> None:
    contest.adopt()
    first, second = (ctx.actor.user_id or 0 for ctx in contest.staff)
    with app.app_context():
        lines = dict(rehearse(contest.ctx, contest.campaign.id, (first, second)))
    release = current_release(contest.ctx, campaign_id=contest.campaign.id)
    assert release is not None
    assert lines == {
        "sections published": "8",
        "files in the bundle": str(len(contest.files(release))),
        "digest of the release": release.digest,
    }
    assert contest.ctx.session.scalars(sa.select(StoredFile)).one().id == release.bundle_file_id


def test_the_whole_way_on_the_command_line(contest: Contest, app: Flask) -> None:
    first, second = (contest.make.user(contact=f"btc{number}@example.com") for number in (1, 2))
    for person in (first, second):
        contest.make.member(contest.campaign, user=person)
    contest.adopt()
    contest.ctx.session.commit()

    def call(*arguments: str) -> tuple[int, str]:
        runner = app.test_cli_runner()
        result = runner.invoke(_group(app), list(arguments))
        return result.exit_code, result.output

    digest = ["--digest", "0" * 64]
    assert call("confirm", "hoi-thi", *digest, "--as", "btc2@example.com")[0] != 0
    status, output = call("release", "hoi-thi", "--as", "btc1@example.com")
    assert (status, output.startswith("release 1: ")) == (0, True)
    assert call("confirm", "hoi-thi", *digest, "--as", "btc2@example.com")[0] != 0, "it is not what was looked at"
    digest = ["--digest", output.split()[-1]]
    assert call("confirm", "hoi-thi", *digest, "--as", "btc1@example.com")[0] != 0
    assert call("confirm", "hoi-thi", *digest, "--as", "btc2@example.com") == (0, "release 1: published\n")
    contest.ctx.session.expire_all()
    release = current_release(contest.ctx, campaign_id=contest.campaign.id)
    assert release is not None


def _group(app: Flask) -> object:
    import click  # noqa: PLC0415 - only this test

    from cuocthi_publishing.cli import COMMANDS  # noqa: PLC0415 - as above

    group = click.Group("publishing")
    for command in COMMANDS:
        group.add_command(command)
    return group
