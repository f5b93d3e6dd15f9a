"""The command line: what the pages can do, for automation; a refusal is said in words and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.cli import main
from cuocthi.contributions import ResultRow, Role
from cuocthi.rules.queries import current_rules
from cuocthi.standings.confirmations import confirmations
from cuocthi.standings.queries import latest_ranking
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

FIRST, SECOND, STRANGER = "btc1@example.com", "0912345601", "nguoithi@example.com"
#: Calls a command and returns its exit code and what it printed.
Call = Callable[..., tuple[int, str]]


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("sprint", version="1.2")]


@pytest.fixture
def call(app: Flask, ctx: Context) -> Call:
    """Call a command; what ``ctx`` holds is committed first, and what it knows is read anew afterwards."""

    def begin(*arguments: object, given: str = "") -> tuple[int, str]:
        ctx.session.commit()
        result = app.test_cli_runner().invoke(main, list(map(str, arguments)), input=given)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        ctx.session.expire_all()
        return result.exit_code, result.output

    return begin


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    """A campaign with two organisers and a person who takes part."""
    made = make.campaign("hoi-thi", plugins=("sprint",))
    for contact in (FIRST, SECOND):
        make.member(made, user=make.user(contact=contact))
    make.enrolment(made, user=make.user(contact=STRANGER))
    return made


def events(ctx: Context) -> int:
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) or 0


def over(ctx: Context, make: Factories, campaign: Campaign, people: int = 3) -> Phase:
    """A round that closed an hour ago, with results."""
    round_ = make.round(campaign, "sprint", closes_at=ctx.now - timedelta(hours=1))
    start, end = round_.opens_at, round_.opens_at + timedelta(minutes=1)
    entrants = [make.enrolment(campaign) for _ in range(people)]
    rows = [ResultRow(person.id, "1", 9_000 - n, 10_000, 60_000, start, end) for n, person in enumerate(entrants)]
    post_results(ctx, campaign=campaign, round_=round_, source="sprint", rows=rows)
    return round_


# --- campaigns ---


def test_a_campaign_is_imported_listed_and_exported(call: Call, ctx: Context, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    main_file = 'format = 1\nslug = "a"\n\n[campaign]\nname = "Cuộc thi A"\nhost_name = "Thư viện"\n'
    (tmp_path / "in" / "campaign.toml").write_text(main_file, "utf-8")
    assert call("campaigns", "list") == (0, "")
    assert call("campaigns", "import", tmp_path / "in") == (0, "/c/a/\n")
    assert call("campaigns", "import", tmp_path / "in", "--slug", "b") == (0, "/c/b/\n")
    assert call("campaigns", "list") == (0, "a\tdraft\tCuộc thi A\nb\tdraft\tCuộc thi A\n")
    assert call("campaigns", "export", "b", tmp_path / "out") == (0, "2 files\n")
    assert 'slug = "b"' in (tmp_path / "out" / "campaign.toml").read_text("utf-8")
    status, output = call("campaigns", "import", tmp_path / "in")
    assert (status, "đã có cuộc thi khác" in output) == (1, True), output


def test_a_malformed_campaign_is_refused_with_all_problems_and_nothing_is_kept(
    call: Call, ctx: Context, tmp_path: Path
) -> None:
    (tmp_path / "campaign.toml").write_text('format = 2\nslug = "a"\n[campaign]\nname = 3\n', "utf-8")
    status, output = call("campaigns", "import", tmp_path)
    assert status == 1
    assert output.splitlines() == [
        "Error: Không dùng được tệp cuộc thi này; chưa có gì thay đổi.",
        "- campaign.toml: campaign.name: phải là chuỗi ký tự",
        "- campaign.toml: campaign: thiếu “host_name”",
    ]
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Campaign)) == 0


def test_a_campaign_is_opened_by_an_organiser_once_its_rules_are_issued(
    call: Call, ctx: Context, make: Factories
) -> None:
    campaign = make.campaign("hoi-thi", plugins=("sprint",), state=CampaignState.DRAFT)
    campaign.audience, campaign.support_phone, campaign.responsible = "Mọi người", "0227 3600 000", "Sở"
    for contact in (FIRST, SECOND):
        make.member(campaign, user=make.user(contact=contact))
    make.unit()
    make.round(campaign, "sprint")
    status, output = call("campaigns", "open", "hoi-thi", "--as", FIRST)
    assert status == 1
    assert "Error: " in output
    assert "\n- " in output
    assert campaign.opened_at is None
    status, output = call("campaigns", "issue-rules", "hoi-thi", "--as", FIRST)
    rules = current_rules(ctx, campaign_id=campaign.id)
    assert rules is not None
    assert (status, output) == (0, f"version 1 {rules.digest}\n")
    assert call("campaigns", "open", "hoi-thi", "--as", FIRST) == (0, "")
    assert campaign.state is CampaignState.OPEN
    status, output = call("campaigns", "open", "hoi-thi", "--as", FIRST)
    assert (status, output.startswith("Error: ")) == (1, True)


def test_a_round_is_closed_now_and_a_campaign_archived_after_it(
    call: Call, ctx: Context, campaign: Campaign, make: Factories
) -> None:
    round_ = make.round(campaign, "sprint")
    status, _ = call("campaigns", "archive", "hoi-thi", "--as", FIRST)
    assert (status, campaign.state) == (1, CampaignState.OPEN)
    status, output = call("campaigns", "close-round", "hoi-thi", 7, "--reason", "Mất điện", "--as", FIRST)
    assert status == 1
    assert "7" in output
    assert call("campaigns", "close-round", "hoi-thi", 1, "--reason", "Mất điện", "--as", FIRST) == (0, "")
    assert round_.closes_at == ctx.now
    last = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (last.action, last.after["reason"]) == ("core:round:close", "Mất điện")
    assert call("campaigns", "archive", "hoi-thi", "--as", FIRST) == (0, "")
    assert campaign.state is CampaignState.ARCHIVED


# --- in whose name ---


ACTS = [
    ("campaigns", "issue-rules", "hoi-thi"),
    ("campaigns", "open", "hoi-thi"),
    ("campaigns", "close-round", "hoi-thi", "1", "--reason", "x"),
    ("campaigns", "archive", "hoi-thi"),
    ("rankings", "build", "hoi-thi", "1"),
    ("rankings", "submit", "hoi-thi", "1"),
]


def test_nothing_is_done_in_the_name_of_who_may_not_do_it_on_the_pages(
    call: Call, ctx: Context, campaign: Campaign, make: Factories
) -> None:
    over(ctx, make, campaign)
    for contact, role in (("tgv@example.com", Role.SUPPORT), ("tt@example.com", Role.OVERSIGHT)):
        make.member(campaign, role, user=make.user(contact=contact))
    make.member(make.campaign("khac"), user=make.user(contact="khac@example.com"))
    assert call("rankings", "build", "hoi-thi", 1, "--as", FIRST)[0] == 0
    before = events(ctx)
    for act in ACTS:
        for contact in (STRANGER, "khac@example.com", "tt@example.com"):
            status, output = call(*act, "--as", contact)
            assert status == 1, (act, contact)
            assert "Error: Bạn không" in output, output
    assert call("campaigns", "open", "hoi-thi", "--as", "tgv@example.com")[0] == 1
    assert events(ctx) == before
    assert campaign.state is CampaignState.OPEN


def test_an_act_needs_one_known_person(call: Call, ctx: Context, campaign: Campaign, make: Factories) -> None:
    make.round(campaign, "sprint")
    before = events(ctx)
    for contact in ("nobody@example.com", "0987654321"):
        status, output = call("campaigns", "archive", "hoi-thi", "--as", contact)
        assert status == 2
        assert f"0 persons have the contact {contact}; one is needed" in output
    make.user(contact=FIRST)
    status, output = call("campaigns", "archive", "hoi-thi", "--as", FIRST)
    assert (status, "2 persons have the contact" in output) == (2, True)
    status, output = call("campaigns", "archive", "hoi-thi", "--as", "no contact")
    assert (status, "Error: " in output) == (1, True)
    assert call("campaigns", "archive", "hoi-thi")[0] == 2
    assert events(ctx) == before


def test_an_unknown_campaign_is_answered_with_the_known_ones(call: Call, campaign: Campaign) -> None:
    status, output = call("campaigns", "open", "hoi-thii", "--as", FIRST)
    assert status == 2
    assert "there is no campaign 'hoi-thii'; known are: hoi-thi" in output


# --- rankings ---


def test_a_ranking_is_built_shown_and_submitted(call: Call, ctx: Context, campaign: Campaign, make: Factories) -> None:
    round_ = over(ctx, make, campaign)
    status, output = call("rankings", "show", "hoi-thi", 1)
    assert (status, output.startswith("Error: ")) == (1, True)
    status, output = call("rankings", "build", "hoi-thi", 1, "--as", FIRST)
    ranking = latest_ranking(ctx, round_=round_)
    assert ranking is not None
    assert (status, output) == (0, f"version 1: 3 persons, 3 entries, {ranking.digest}\n")
    shown = call("rankings", "show", "hoi-thi", 1, "--limit", 2)[1].splitlines()
    assert [line.split("\t")[0] for line in shown] == ["1", "2"]
    assert shown[0].split("\t")[4:] == ["9000", "10000", "60000"]
    assert call("rankings", "submit", "hoi-thi", 1, "--as", FIRST) == (0, "provisional\n")


def test_no_command_signs_for_a_person(call: Call, ctx: Context, campaign: Campaign, make: Factories) -> None:
    round_ = over(ctx, make, campaign)
    for act in ("build", "submit"):
        assert call("rankings", act, "hoi-thi", 1, "--as", FIRST)[0] == 0
    before = events(ctx)
    status, output = call("rankings", "adopt", "hoi-thi", 1, "--as", FIRST)
    assert (status, "No such command 'adopt'" in output) == (2, True)
    assert events(ctx) == before
    ranking = latest_ranking(ctx, round_=round_)
    assert ranking is not None
    assert confirmations(ctx, subject="core:ranking", subject_id=ranking.id) == []


# --- the audit log, the database, plugins ---


@pytest.mark.usefixtures("tampering")
def test_a_forged_record_of_the_audit_log_is_named(call: Call, ctx: Context, campaign: Campaign) -> None:
    assert call("campaigns", "issue-rules", "hoi-thi", "--as", FIRST)[0] == 0
    code, said = call("audit", "verify")
    assert (code, said.startswith("the chain is whole\nits end is ")) == (0, True)
    forged = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id)).first()
    assert forged is not None
    ctx.session.execute(sa.update(AuditEvent).where(AuditEvent.id == forged.id).values(actor_id=None))
    assert call("audit", "verify") == (1, f"record {forged.id} does not fit the chain\n")


def test_the_tables_are_brought_up_to_date(call: Call, ctx: Context) -> None:
    assert call("db", "status") == (0, "up to date\n")
    assert call("db", "upgrade") == (0, "core: up to date\n")
    ctx.session.execute(sa.text("DELETE FROM core_alembic_version"))
    assert call("db", "status") == (1, "behind: core\n")
    status, output = call("db", "revision", "--owner", "nobody", "-m", "Add nothing")
    assert status == 2
    assert "unknown owner 'nobody'; known are core" in output


def test_the_installed_plugins_are_listed(call: Call) -> None:
    assert call("plugins", "list") == (0, "sprint\t1.2\tSprint\tprovides results\trequires -\n")


def test_only_tables_of_a_plugin_are_purged_and_only_after_its_name_was_typed(
    call: Call, ctx: Context, campaign: Campaign
) -> None:
    ctx.session.execute(sa.text("CREATE TABLE sprint_lap (id INTEGER)"))
    ctx.session.execute(sa.text("INSERT INTO sprint_lap VALUES (1)"))
    for name in ("core", "nobody"):
        status, output = call("plugins", "purge", name, given=f"{name}\n")
        assert status == 2
        assert f"no plugin named '{name}' has tables" in output
    status, output = call("plugins", "purge", "sprint", given="sprnt\n")
    assert status == 1
    assert "sprint_lap\t1 rows" in output
    assert "enabled in hoi-thi" in output
    assert ctx.session.scalar(sa.text("SELECT count(*) FROM sprint_lap")) == 1
    status, output = call("plugins", "purge", "sprint", given="sprint\n")
    assert status == 0
    assert "dropped sprint_lap" in output
    assert not [name for name in sa.inspect(ctx.session.get_bind()).get_table_names() if name.startswith("sprint_")]


def test_the_commands_of_the_platform_are_listed_and_an_unknown_one_is_refused(call: Call, clock: FixedClock) -> None:
    status, output = call("--help")
    assert status == 0
    for name in ("run", "worker", "db", "campaigns", "rankings", "audit", "demo", "rehearse", "plugins", "users"):
        assert f"\n  {name} " in output, name
    assert call("nothing")[0] == 2
