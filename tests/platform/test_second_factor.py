"""The second factor: setting it up, signing in with it, losing it, and staff pages that ask for it."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask.cli import ScriptInfo

from cuocthi.app import create_app
from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign
from cuocthi.cli import main
from cuocthi.config import ConfigError, load
from cuocthi.errors import Conflict
from cuocthi.files.domain import store
from cuocthi.files.kinds import PDF
from cuocthi.security import limits
from cuocthi.testing.factories import PASSWORD
from cuocthi.testing.plugin import running
from cuocthi.users import second_factor
from cuocthi.users.codes import WrongCode
from cuocthi.users.domain import start_session
from cuocthi.users.models import RecoveryCode, SecondFactor, User, WebSession
from cuocthi.users.tickets import MAX_TRIES

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories

PHONE = "0912345645"
STEP = timedelta(seconds=30)


@pytest.fixture
def user(ctx: Context, make: Factories) -> User:
    made = make.user("Nguyễn Thị Đào", contact=PHONE, password=True)
    ctx.session.commit()
    return made


def set_up(ctx: Context, user: User, vault: Vault) -> tuple[pyotp.TOTP, list[str]]:
    """Give a user a second factor; return the authenticator, whose first code is used, and the recovery codes."""
    second_factor.begin(ctx, user=user, vault=vault)
    secret = second_factor.secret_on_trial(ctx, user_id=user.id, vault=vault)
    assert secret
    authenticator, code = pyotp.TOTP(secret), pyotp.TOTP(secret).at(ctx.now)
    codes = second_factor.confirm(ctx, user=user, code=code, vault=vault, token="none")
    ctx.session.commit()
    return authenticator, codes


def at(ctx: Context, steps: int) -> Context:
    return replace(ctx, now=ctx.now + steps * STEP)


# --- codes ------------------------------------------------------------------------------------------------------------


def test_a_code_is_right_once_and_no_earlier_one_afterwards(ctx: Context, user: User, vault: Vault) -> None:
    authenticator, _ = set_up(ctx, user, vault)

    def is_right(now: Context, code: str) -> bool:
        return second_factor.is_right(now, user_id=user.id, code=code, vault=vault)

    assert not is_right(ctx, authenticator.at(ctx.now))
    later = at(ctx, 2)
    code = authenticator.at(later.now)
    assert is_right(later, f"{code[:3]} {code[3:]}")
    assert not is_right(later, code)
    assert not is_right(later, authenticator.at(later.now - STEP))
    assert not is_right(at(ctx, 20), code)


@pytest.mark.parametrize("off", range(-3, 4))
def test_a_phone_whose_clock_is_half_a_minute_wrong_is_believed_and_no_other(
    ctx: Context, user: User, vault: Vault, off: int
) -> None:
    authenticator, _ = set_up(ctx, user, vault)
    later = at(ctx, 10)
    code = authenticator.at(later.now + off * STEP)
    assert second_factor.is_right(later, user_id=user.id, code=code, vault=vault) is (abs(off) <= 1)


def test_a_recovery_code_replaces_the_authenticator_once(ctx: Context, user: User, vault: Vault) -> None:
    _, codes = set_up(ctx, user, vault)
    assert len(set(codes)) == second_factor.RECOVERY_CODES

    def is_right(code: str) -> bool:
        return second_factor.is_right(ctx, user_id=user.id, code=code, vault=vault)

    assert is_right(codes[0].upper())
    assert not is_right(codes[0])
    assert is_right(codes[1].replace("-", " "))
    assert second_factor.recovery_codes_left(ctx, user_id=user.id) == len(codes) - 2


def test_neither_secret_nor_recovery_codes_stand_in_the_database(ctx: Context, user: User, vault: Vault) -> None:
    authenticator, codes = set_up(ctx, user, vault)
    stored = ctx.session.scalars(sa.select(SecondFactor.secret)).one()
    assert authenticator.secret.encode() not in stored
    hashes = ctx.session.scalars(sa.select(RecoveryCode.code_hash)).all()
    assert not {code.replace("-", "") for code in codes} & set(hashes)


def test_a_wrong_first_code_takes_nothing_into_use(ctx: Context, user: User, vault: Vault) -> None:
    second_factor.begin(ctx, user=user, vault=vault)
    with pytest.raises(WrongCode):
        second_factor.confirm(ctx, user=user, code="abc", vault=vault, token="none")
    assert not second_factor.is_right(ctx, user_id=user.id, code="abc", vault=vault)


def test_what_is_in_use_cannot_be_replaced_by_beginning_anew(ctx: Context, user: User, vault: Vault) -> None:
    set_up(ctx, user, vault)
    with pytest.raises(Conflict):
        second_factor.begin(ctx, user=user, vault=vault)


def test_taking_it_into_use_ends_the_sessions_that_did_not_prove_it(ctx: Context, user: User, vault: Vault) -> None:
    own, other = (start_session(ctx, user_id=user.id, device=name, hours=1) for name in ("own", "other"))
    second_factor.begin(ctx, user=user, vault=vault)
    secret = second_factor.secret_on_trial(ctx, user_id=user.id, vault=vault) or ""
    second_factor.confirm(ctx, user=user, code=pyotp.TOTP(secret).at(ctx.now), vault=vault, token=own)
    ctx.session.expire_all()
    ended = {session.device: session.revoked_at for session in ctx.session.scalars(sa.select(WebSession))}
    assert ended == {"own": None, "other": ctx.now}
    assert other


# --- on the pages -----------------------------------------------------------------------------------------------------


class Visitor:
    """A browser that fills in the forms of signing in."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def fill_in(self, path: str, *, page: str = "", **fields: str) -> tuple[int, str, str]:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get(page or path).text)
        assert found, path
        answer = self.client.post(path, data={"csrf_token": found[1], **fields})
        return answer.status_code, answer.headers.get("Location", ""), answer.text

    def sign_in(self) -> tuple[int, str, str]:
        return self.fill_in("/sign-in", contact=PHONE, password=PASSWORD, next="/me/password")

    @property
    def is_in(self) -> bool:
        return self.client.get("/me").status_code == 200


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    return Visitor(client)


def test_the_password_alone_does_not_sign_in(
    visitor: Visitor, ctx: Context, user: User, vault: Vault, clock: FixedClock
) -> None:
    authenticator, _ = set_up(ctx, user, vault)
    clock.advance(2 * STEP)
    assert visitor.sign_in()[:2] == (302, "/sign-in/second-factor")
    assert not visitor.is_in
    code = authenticator.at(clock.now())
    assert visitor.fill_in("/sign-in/second-factor", code=code)[:2] == (302, "/me/password")
    assert visitor.is_in


def test_a_code_that_was_used_opens_no_second_browser(
    app: Flask, visitor: Visitor, ctx: Context, user: User, vault: Vault, clock: FixedClock
) -> None:
    authenticator, _ = set_up(ctx, user, vault)
    clock.advance(2 * STEP)
    code = authenticator.at(clock.now())
    visitor.sign_in()
    visitor.fill_in("/sign-in/second-factor", code=code)
    over_the_shoulder = Visitor(app.test_client())
    over_the_shoulder.sign_in()
    assert over_the_shoulder.fill_in("/sign-in/second-factor", code=code)[0] == 422
    assert not over_the_shoulder.is_in


def test_guessing_the_second_factor_ends_after_a_few_tries_and_begins_with_the_password_again(
    visitor: Visitor, ctx: Context, user: User, vault: Vault, clock: FixedClock
) -> None:
    authenticator, _ = set_up(ctx, user, vault)
    clock.advance(2 * STEP)
    visitor.sign_in()
    for _ in range(MAX_TRIES):
        assert visitor.fill_in("/sign-in/second-factor", code="000000x")[0] == 422
    assert visitor.client.get("/sign-in/second-factor").headers["Location"] == "/sign-in?next=/me/password"
    visitor.sign_in()
    left = int(limits.WRONG_PASSWORDS.split()[0]) - MAX_TRIES
    # What a form adds to hide whose codes are guessed is not believed.
    statuses = [
        visitor.fill_in("/sign-in/second-factor", code="000000x", contact=f"09876543{number:02}")[0]
        for number in range(left)
    ]
    assert set(statuses) == {422}
    visitor.sign_in()
    right = authenticator.at(clock.now())
    assert visitor.fill_in("/sign-in/second-factor", code=right)[0] == 429


def test_registering_again_does_not_pass_the_second_factor_by(
    visitor: Visitor, ctx: Context, make: Factories, user: User, vault: Vault
) -> None:
    campaign, unit = make.campaign("hoi-thi"), make.unit(code="so")
    set_up(ctx, user, vault)
    fields = {
        "unit": unit.code,
        "name": "Nguyễn Thị Đào",
        "contact": PHONE,
        "password": PASSWORD,
        "category": next(iter(campaign.categories)),
        "consent": "y",
    }
    ctx.session.rollback()
    status, location, _ = visitor.fill_in("/c/hoi-thi/join", **fields)
    assert (status, location) == (302, "/sign-in/second-factor")
    assert not visitor.is_in


def test_a_person_sets_it_up_sees_the_recovery_codes_once_and_takes_it_off(
    visitor: Visitor, ctx: Context, user: User, clock: FixedClock
) -> None:
    visitor.sign_in()
    assert visitor.fill_in("/me/second-factor/begin", page="/me/second-factor", current="wrong")[0] == 422
    visitor.fill_in("/me/second-factor/begin", page="/me/second-factor", current=PASSWORD)
    page = visitor.client.get("/me/second-factor")
    assert page.headers["Cache-Control"] == "no-store"
    assert "<svg" in page.text
    assert "style=" not in page.text
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
    assert found
    authenticator = pyotp.TOTP(found[1].replace(" ", ""))
    confirm = {"page": "/me/second-factor", "code": authenticator.at(clock.now())}
    status, _, shown = visitor.fill_in("/me/second-factor/confirm", **confirm)
    assert status == 200
    codes = re.findall(r"<li><code>([0-9a-z]{5}-[0-9a-z]{5})</code>", shown)
    assert len(codes) == second_factor.RECOVERY_CODES
    assert codes[0] not in visitor.client.get("/me/second-factor").text
    assert visitor.is_in
    off = {"page": "/me/second-factor", "code": codes[0]}
    assert visitor.fill_in("/me/second-factor/off", **off)[0] == 302
    actions = ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert list(actions) == ["core:second_factor:set_up", "core:second_factor:take_off"]


# --- staff pages that ask for it --------------------------------------------------------------------------------------


def test_staff_pages_lead_to_setting_it_up_where_the_installation_requires_it(
    ctx: Context,
    make: Factories,
    vault: Vault,
    config: Config,
    plugins: list[ModuleType],
    clock: FixedClock,
) -> None:
    organiser = make.member(make.campaign("hoi-thi"))
    enrolled = make.enrolment(make.campaign("khac"))
    kept = _kept_file(ctx, config, organiser)
    ctx.session.commit()
    strict = dataclasses.replace(config, staff_second_factor="required")
    with running(create_app(strict, plugins, clock=clock)) as app:
        client = app.test_client()
        token = start_session(ctx, user_id=organiser.id, device="test", hours=1)
        other = start_session(ctx, user_id=enrolled.user_id, device="test", hours=1)
        ctx.session.commit()
        with client.session_transaction() as session:
            session["_user_id"] = token
        for path in ["/staff/", "/staff/new", kept, *_staff_pages(app)]:
            assert client.get(path).headers.get("Location") == "/me/second-factor", path
        for path in ("/me", "/c/hoi-thi/"):
            assert client.get(path).status_code == 200
        set_up(ctx, organiser, vault)
        with client.session_transaction() as session:
            session["_user_id"] = start_session(ctx, user_id=organiser.id, device="test", hours=1)
        ctx.session.commit()
        assert client.get("/c/hoi-thi/staff/").status_code == 200
        participant = app.test_client()
        with participant.session_transaction() as session:
            session["_user_id"] = other
        assert participant.get("/me").status_code == 200


def _kept_file(ctx: Context, config: Config, organiser: User) -> str:
    """The address of a file that is for the committees alone."""
    campaign = ctx.session.scalars(sa.select(Campaign).where(Campaign.slug == "hoi-thi")).one()
    stored = store(
        ctx,
        folder=config.files,
        content=b"%PDF-1.7",
        name="a.pdf",
        kinds=[PDF],
        campaign=campaign,
        permission="core:campaign:view",
    )
    ctx.session.flush()
    return f"/c/hoi-thi/files/{stored.id}/a.pdf"


def _staff_pages(app: Flask) -> list[str]:
    """The addresses of all pages that ask for a permission."""
    pages = []
    for rule in app.url_map.iter_rules():
        blueprint = app.blueprints.get(rule.endpoint.partition(".")[0])
        access: str = getattr(blueprint, "access", {}).get(rule.endpoint, "")
        if ":" in access and "GET" in (rule.methods or ()) and rule.arguments == {"slug"}:
            pages.append(rule.rule.replace("<slug>", "hoi-thi"))
    assert len(pages) > 15
    return pages


def test_it_is_required_unless_the_installation_says_otherwise_or_is_a_demonstration(tmp_path: Path) -> None:
    assert load(tmp_path, {}).staff_need_second_factor
    assert not load(tmp_path, {"CUOCTHI_STAFF_SECOND_FACTOR": "off"}).staff_need_second_factor
    assert not load(tmp_path, {"CUOCTHI_DEMO": "1"}).staff_need_second_factor


# --- losing it --------------------------------------------------------------------------------------------------------


def test_an_administrator_resets_a_lost_one_on_record(app: Flask, ctx: Context, user: User, vault: Vault) -> None:
    set_up(ctx, user, vault)
    start_session(ctx, user_id=user.id, device="test", hours=1)
    ctx.session.commit()
    user_id = user.id
    ctx.session.rollback()
    info = ScriptInfo(create_app=lambda: app)
    result = CliRunner().invoke(main, ["users", "reset-second-factor", PHONE], obj=info)
    assert result.exit_code == 0, result.output
    assert ctx.session.scalars(sa.select(SecondFactor)).all() == []
    assert ctx.session.scalar(sa.select(sa.func.count()).where(WebSession.revoked_at.is_(None))) == 0
    event = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.object_id) == ("core:second_factor:reset", user_id)
    ctx.session.rollback()
    again = CliRunner().invoke(main, ["users", "reset-second-factor", PHONE], obj=info)
    assert again.exit_code == 1


def test_a_setting_that_is_neither_off_nor_required_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="staff_second_factor must be off or required"):
        load(tmp_path, {"CUOCTHI_STAFF_SECOND_FACTOR": "maybe"})
