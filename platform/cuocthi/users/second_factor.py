"""The second factor: a code of an authenticator (TOTP, RFC 6238), or one of the recovery codes kept on paper.

Whoever has one has no session that was not opened with it: setting it up ends all others.
"""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING

import pyotp
import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, Missing
from cuocthi.text import T
from cuocthi.users.codes import WrongCode
from cuocthi.users.domain import end_all_sessions, end_other_sessions
from cuocthi.users.models import RecoveryCode, SecondFactor, User

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text

#: How many time steps of 30 seconds a phone's clock may be wrong in either direction.
TOLERANCE = 1
RECOVERY_CODES = 10

_STEP_SECONDS = 30
#: No letters or digits that are mistaken for one another when they are copied from paper.
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
_HALF = 5


def begin(ctx: Context, *, user: User, vault: Vault) -> None:
    """Put a fresh secret on trial for a person; one that was on trial before is replaced.

    Raises Conflict if the person has a second factor already.
    """
    found = ctx.session.get(SecondFactor, user.id, with_for_update=True)
    if found is not None and found.confirmed_at is not None:
        raise Conflict(T("Your second factor is set up already."))
    factor = found or SecondFactor(user_id=user.id)
    factor.secret = vault.encrypt(pyotp.random_base32(), belongs_to=_owner(user.id))
    factor.last_step, factor.created_at = 0, ctx.now
    ctx.session.add(factor)
    ctx.session.flush()


def secret_on_trial(ctx: Context, *, user_id: int, vault: Vault) -> str | None:
    """Return the secret that a person is about to put into an authenticator, None if there is none on trial."""
    factor = ctx.session.get(SecondFactor, user_id)
    if factor is None or factor.confirmed_at is not None:
        return None
    return vault.decrypt(factor.secret, belongs_to=_owner(user_id))


def provisioning_address(secret: str, *, account: str, issuer: str) -> str:
    """Return the ``otpauth:`` address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def confirm(ctx: Context, *, user: User, code: str, vault: Vault, token: str) -> list[str]:
    """Take the second factor into use after a first right code; return the recovery codes, which are shown once.

    All sessions but the one with ``token`` end. Raises WrongCode, and Conflict if nothing is on trial.
    """
    factor = ctx.session.get(SecondFactor, user.id, with_for_update=True)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict(T("Please begin setting up your second factor anew."))
    step = _matching_step(ctx, factor, code, vault)
    if step is None:
        raise WrongCode
    factor.last_step, factor.confirmed_at = step, ctx.now
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    ctx.session.add_all(RecoveryCode(user_id=user.id, code_hash=_recovery_hash(user.id, one, vault)) for one in codes)
    end_other_sessions(ctx, user_id=user.id, token=token)
    ctx.session.flush()
    _record(ctx, user.id, "core:second_factor:set_up", T("Set up the own second factor"))
    return codes


def is_right(ctx: Context, *, user_id: int, code: str, vault: Vault) -> bool:
    """Tell whether a code is the authenticator's or a recovery code, and use it up: neither is right a second time."""
    typed = "".join(code.split()).lower()
    factor = ctx.session.get(SecondFactor, user_id, populate_existing=True)
    if factor is None or factor.confirmed_at is None:
        return False
    step = _matching_step(ctx, factor, typed, vault)
    return _use_recovery_code(ctx, user_id, typed, vault) if step is None else _use_step(ctx, user_id, step)


def _matching_step(ctx: Context, factor: SecondFactor, code: str, vault: Vault) -> int | None:
    typed = "".join(code.split())
    authenticator = pyotp.TOTP(vault.decrypt(factor.secret, belongs_to=_owner(factor.user_id)))
    now = int(ctx.now.timestamp()) // _STEP_SECONDS
    steps = range(now - TOLERANCE, now + TOLERANCE + 1)
    matches = [step for step in steps if hmac.compare_digest(authenticator.generate_otp(step).encode(), typed.encode())]
    return matches[-1] if matches else None


def _use_step(ctx: Context, user_id: int, step: int) -> bool:
    used = ctx.session.scalar(
        sa.update(SecondFactor)
        .where(SecondFactor.user_id == user_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.user_id)
    )
    return used is not None


def _use_recovery_code(ctx: Context, user_id: int, typed: str, vault: Vault) -> bool:
    used = ctx.session.scalar(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == _recovery_hash(user_id, typed, vault),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=ctx.now)
        .returning(RecoveryCode.user_id)
    )
    return used is not None


def recovery_codes_left(ctx: Context, *, user_id: int) -> int:
    """Return how many recovery codes a person has not used."""
    left = sa.select(sa.func.count()).select_from(RecoveryCode)
    return ctx.session.scalar(left.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))) or 0


def take_off(ctx: Context, *, user: User, code: str, vault: Vault) -> None:
    """Let a person do without the second factor from now on. Raises WrongCode."""
    if not is_right(ctx, user_id=user.id, code=code, vault=vault):
        raise WrongCode
    _delete(ctx, user.id)
    _record(ctx, user.id, "core:second_factor:take_off", T("Took off the own second factor"))


def reset(ctx: Context, *, user: User) -> None:
    """Take a person's second factor off because it is lost, and sign the person out everywhere.

    Raises Missing if there is none.
    """
    if not _delete(ctx, user.id):
        raise Missing(T("%(name)s has no second factor.", name=user.name))
    end_all_sessions(ctx, user_id=user.id)
    _record(ctx, user.id, "core:second_factor:reset", T("Reset a lost second factor"))


def _delete(ctx: Context, user_id: int) -> bool:
    ctx.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    gone = sa.delete(SecondFactor).where(SecondFactor.user_id == user_id).returning(SecondFactor.user_id)
    return ctx.session.scalar(gone) is not None


def _record(ctx: Context, user_id: int, action: str, summary: Text) -> None:
    record(ctx, action=action, summary=summary, campaign=None, object_kind="user", object_id=user_id)


def _new_recovery_code() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_HALF)) for _ in range(2))


def _recovery_hash(user_id: int, code: str, vault: Vault) -> str:
    return vault.blind_index(f"{user_id}:{code.replace('-', '')}", purpose="recovery code")


def _owner(user_id: int) -> str:
    return f"core_second_factor:{user_id}"
