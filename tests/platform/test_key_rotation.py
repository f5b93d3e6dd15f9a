"""Another key for personal values, while the site runs: every value is encrypted anew, and none is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.cli import main
from cuocthi.config import Config
from cuocthi.config import load as load_config
from cuocthi.errors import Blocked
from cuocthi.messages.domain import content_of, send_message
from cuocthi.messages.models import Message
from cuocthi.security import rotation
from cuocthi.security.keys import add_data_key, drop_data_key, read_keys
from cuocthi.security.personal_data import Undecipherable, Vault
from cuocthi.text import T
from cuocthi.users.contacts import normalise_contact, reveal
from cuocthi.users.models import Contact
from cuocthi.users.second_factor import begin, secret_on_trial

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """An instance of its own, whose keys may be changed."""
    environment = {"DATABASE_URL": database_url, "CUOCTHI_TESTING": "1", "CUOCTHI_EMBEDDED_JOBS": "0"}
    return load_config(tmp_path / "instance", environment)


@pytest.fixture
def vault(config: Config) -> Vault:
    return Vault(config.keys, config.key_file)


@pytest.fixture
def make(ctx: Context, vault: Vault) -> Factories:
    from cuocthi.testing.factories import Factories  # noqa: PLC0415 - as the fixture it takes the place of

    return Factories(ctx, vault)


@pytest.fixture
def call(app: Flask, ctx: Context) -> Call:
    def begin(*arguments: str) -> tuple[int, str]:
        ctx.session.commit()
        result = app.test_cli_runner().invoke(main, ["keys", *arguments])
        ctx.session.expire_all()
        return result.exit_code, result.output

    return begin


def people(make: Factories, number: int) -> list[Contact]:
    return [make.user(contact=f"09123456{place:02}").contacts[0] for place in range(number)]


def phones(ctx: Context, vault: Vault) -> list[str]:
    return [reveal(contact, vault) for contact in ctx.session.scalars(sa.select(Contact).order_by(Contact.id))]


def keys_in_use(ctx: Context, vault: Vault) -> set[str]:
    return {one.key for one in rotation.usage(ctx.session, vault=vault)}


def test_every_sealed_column_of_the_core_is_known() -> None:
    known = {str(sealed) for sealed in rotation.sealed_columns()}
    assert {
        "core_contact.ciphertext",
        "core_ticket.contact",
        "core_message.sealed",
        "core_second_factor.secret",
    } <= known


def test_a_new_key_is_used_by_every_vault_at_once(config: Config, clock: FixedClock) -> None:
    running, other = Vault(config.keys, config.key_file), Vault(config.keys, config.key_file)
    old = running.encrypt("0912345645", belongs_to="a")
    key = add_data_key(config.key_file, now=clock.now())
    new = running.encrypt("0912345645", belongs_to="a")
    assert running.current == key
    assert new[1:].startswith(key.encode())
    assert other.decrypt(new, belongs_to="a") == other.decrypt(old, belongs_to="a") == "0912345645"
    drop_data_key(config.key_file, config.keys.current_data_key)
    with pytest.raises(Undecipherable):
        running.decrypt(old, belongs_to="a")


def test_a_key_made_after_an_older_copy_of_the_file_was_put_back_passes_for_no_other(
    config: Config, clock: FixedClock
) -> None:
    copy = config.key_file.read_text("utf-8")
    lost = add_data_key(config.key_file, now=clock.now())
    config.key_file.write_text(copy, "utf-8")
    assert add_data_key(config.key_file, now=clock.now()) != lost


def test_a_key_file_that_cannot_be_seen_for_a_moment_changes_nothing(config: Config) -> None:
    vault = Vault(config.keys, config.key_file)
    config.key_file.rename(config.key_file.with_name("away"))
    assert vault.decrypt(vault.encrypt("x", belongs_to="a"), belongs_to="a") == "x"


def test_everything_opens_after_a_rotation_and_the_old_key_can_go(
    call: Call, ctx: Context, make: Factories, vault: Vault, clock: FixedClock, config: Config
) -> None:
    people(make, 3)
    user = make.user()
    begin(ctx, user=user, vault=vault)
    secret = secret_on_trial(ctx, user_id=user.id, vault=vault)
    send_message(
        ctx, to=normalise_contact("an@example.vn"), subject=T("Hello"), body=[T("Hello")], key="test:1", vault=vault
    )
    status, said = call("rotate")
    assert (status, "5 value(s) encrypted anew" in said) == (0, True)
    former, key = vault.names
    assert keys_in_use(ctx, vault) == {key}
    assert phones(ctx, vault) == [f"+8491234560{place}" for place in range(3)]
    assert secret_on_trial(ctx, user_id=user.id, vault=vault) == secret
    message = ctx.session.scalars(sa.select(Message)).one()
    assert content_of(message, vault).address == "an@example.vn"
    status, said = call("retire")
    assert (status, list(read_keys(config.key_file).data)) == (1, [former, key])
    assert "có thể còn dùng khóa cũ" in said
    clock.move_to(clock.now() + rotation.SETTLING + timedelta(seconds=1))
    status, said = call("retire")
    assert (status, said) == (0, f"{former} is gone\n")
    assert list(read_keys(config.key_file).data) == [key]
    assert phones(ctx, vault)
    actions = ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert [action for action in actions if ":key:" in action] == ["core:key:add", "core:key:retire"]


def test_a_second_rotation_carries_the_first_one_on(call: Call, ctx: Context, make: Factories, vault: Vault) -> None:
    people(make, 2)
    call("rotate")
    former, key = vault.names
    status, said = call("rotate")
    assert (status, vault.names) == (0, [former, key])
    assert f"carrying on the change to {key}" in said
    assert "0 value(s) encrypted anew" in said


def test_a_rotation_killed_midway_loses_nothing_and_goes_on_where_it_was(
    ctx: Context, make: Factories, vault: Vault, config: Config, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    people(make, 7)
    ctx.session.commit()
    add_data_key(config.key_file, now=clock.now())

    def die(done: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Session(ctx.session.get_bind()) as session:
        rotation.reseal(session, vault=vault, progress=die)
    ctx.session.expire_all()
    assert keys_in_use(ctx, vault) == set(vault.names)
    assert len(phones(ctx, vault)) == 7
    assert rotation.reseal(ctx.session, vault=vault).values == 3
    assert keys_in_use(ctx, vault) == {vault.current}
    assert phones(ctx, vault) == [f"+8491234560{place}" for place in range(7)]


def test_what_somebody_else_changed_meanwhile_stays(
    ctx: Context, make: Factories, vault: Vault, config: Config, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    [contact] = people(make, 1)
    ctx.session.commit()
    add_data_key(config.key_file, now=clock.now())
    theirs = vault.encrypt("+84912000000", belongs_to=f"core_contact:{contact.blind_index}")
    read = vault.decrypt

    def meanwhile(stored: bytes, *, belongs_to: str) -> str:
        change = sa.update(Contact).where(Contact.id == contact.id).values(ciphertext=theirs)
        ctx.session.execute(change)
        return read(stored, belongs_to=belongs_to)

    monkeypatch.setattr(vault, "decrypt", meanwhile)
    rotation.reseal(ctx.session, vault=vault)
    ctx.session.expire_all()
    assert contact.ciphertext == theirs


def test_an_old_key_stays_while_a_value_needs_it(
    ctx: Context, make: Factories, vault: Vault, config: Config, clock: FixedClock
) -> None:
    people(make, 1)
    add_data_key(config.key_file, now=clock.now() - 2 * rotation.SETTLING)
    with pytest.raises(Blocked) as refused:
        rotation.check_retirement(ctx, vault=vault, since=read_keys(config.key_file).current_since)
    assert [str(reason) for reason in refused.value.reasons] == [
        "1 value(s) of core_contact.ciphertext are not encrypted with the current key; run `cuocthi keys rotate` again."
    ]


def test_an_old_key_stays_while_a_table_of_a_removed_plugin_may_need_it(ctx: Context, vault: Vault) -> None:
    kind = "BYTEA" if ctx.session.get_bind().dialect.name == "postgresql" else "BLOB"
    ctx.session.execute(sa.text(f"CREATE TABLE gone_secret (id INTEGER PRIMARY KEY, value {kind})"))
    assert rotation.out_of_sight(ctx.session) == ["gone_secret"]
    with pytest.raises(Blocked):
        rotation.check_retirement(ctx, vault=vault, since=None)


def test_a_value_that_no_key_opens_is_named_and_left(call: Call, ctx: Context, make: Factories, vault: Vault) -> None:
    [contact, _] = people(make, 2)
    name = contact.ciphertext[: 1 + contact.ciphertext[0]]
    contact.ciphertext = b"\x02k9" + contact.ciphertext.removeprefix(name)
    status, said = call("rotate")
    assert status == 1
    assert "no key here opens 1 value(s) of core_contact.ciphertext" in said
    status, said = call("list")
    assert f"{vault.current}\tcurrent\t1 value(s)" in said
    assert "no key here opens 1 value(s) of core_contact.ciphertext" in said
