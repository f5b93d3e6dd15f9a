"""Tickets: one step of proving who one is, held by the browser that began it, good for a few minutes and once.

What a ticket decides is decided in the statement that spends it: the right code, the time, the tries and that nobody
spent it before. Codes have six digits, so each ticket allows few tries, and how many tickets are handed out is limited
where they are asked for (``cuocthi.security.limits``).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.database import UtcTime
from cuocthi.users.models import Ticket, TicketKind
from cuocthi.users.queries import token_hash

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault

#: How long a code, or a step that follows one, is good for; an invitation waits until somebody reads it.
MINUTES = 10
INVITATION_DAYS = 7
MAX_TRIES = 5
CODE_DIGITS = 6

#: For how many hours a code of the support is good: it may be handed over on paper.
SUPPORT_HOURS = 24

_TOKEN_BYTES = 32
#: A code of the support is a token that is read out: no letters or digits that are mistaken for one another, and so
#: many that nobody guesses one.
_SPOKEN, _SPOKEN_LENGTH = "23456789ABCDEFGHJKMNPQRSTVWXYZ", 12
_LIFETIMES = {
    TicketKind.INVITATION: timedelta(days=INVITATION_DAYS),
    TicketKind.SUPPORT: timedelta(hours=SUPPORT_HOURS),
}
_CODED = frozenset({TicketKind.SIGN_IN, TicketKind.RESET, TicketKind.CONTACT, TicketKind.INVITATION})


@dataclass(frozen=True, slots=True)
class OpenedTicket:
    """A ticket as its holder gets it: the token for the browser, and the code for the letter where it has one."""

    token: str
    code: str
    ticket: Ticket


def open_ticket(ctx: Context, *, kind: TicketKind, vault: Vault, **values: Any) -> OpenedTicket:
    """Hand out a ticket; ``values`` are columns of :class:`Ticket` that its kind needs."""
    token = _spoken_token() if kind is TicketKind.SUPPORT else secrets.token_urlsafe(_TOKEN_BYTES)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}" if kind in _CODED else ""
    ticket = Ticket(
        token_hash=token_hash(token),
        kind=kind,
        code_hash=_code_hash(vault, token, code) if code else None,
        created_at=ctx.now,
        expires_at=ctx.now + _LIFETIMES.get(kind, timedelta(minutes=MINUTES)),
        **values,
    )
    ctx.session.add(ticket)
    ctx.session.flush()
    return OpenedTicket(token, code, ticket)


def spoken_token(typed: str) -> str:
    """Return the token that somebody typed as it was read out or printed: small letters and spaces do not matter."""
    return "".join(sign for sign in typed.upper() if sign.isalnum())


def _spoken_token() -> str:
    return "".join(secrets.choice(_SPOKEN) for _ in range(_SPOKEN_LENGTH))


def find_ticket(ctx: Context, *, token: str, kinds: tuple[TicketKind, ...]) -> Ticket | None:
    """Return the ticket of a token if it is of one of these kinds and can still be spent, else None."""
    return ctx.session.scalar(
        sa.select(Ticket)
        .where(Ticket.token_hash == token_hash(token), Ticket.kind.in_(kinds), *_good(ctx))
        .execution_options(populate_existing=True)
    )


def spend_with_code(ctx: Context, *, token: str, kind: TicketKind, code: str, vault: Vault) -> Ticket | None:
    """Spend a ticket with the code that was sent; None if the code is wrong, which costs a try, or the ticket is over.

    Commit also what came of a wrong code, or it would cost nothing.
    """
    typed = "".join(code.split())
    right = Ticket.code_hash == _code_hash(vault, token, typed)
    changes = {"tries": Ticket.tries + 1, "used_at": sa.case((right, sa.literal(ctx.now, UtcTime())), else_=sa.null())}
    return _spent(ctx, token, kind, changes)


def spend(ctx: Context, *, token: str, kind: TicketKind) -> Ticket | None:
    """Spend a ticket that needs no code; None if it is over."""
    return _spent(ctx, token, kind, {"used_at": ctx.now})


def count_try(ctx: Context, *, token: str, kind: TicketKind) -> Ticket | None:
    """Take one try from a ticket whose code is checked elsewhere and return it; None if it is over."""
    return _changed(ctx, token, kind, {"tries": Ticket.tries + 1})


def void_tickets(ctx: Context, *, user_id: int) -> None:
    """End what a user had begun: with a new password, or signed out everywhere, nobody goes on half-way."""
    ctx.session.execute(
        sa.update(Ticket).where(Ticket.user_id == user_id, Ticket.used_at.is_(None)).values(used_at=ctx.now)
    )


def forget_expired(ctx: Context) -> int:
    """Delete tickets that are over; return how many."""
    gone = ctx.session.scalars(
        sa.delete(Ticket).where(Ticket.expires_at <= ctx.now - timedelta(days=1)).returning(Ticket.token_hash)
    )
    return len(gone.all())


def _spent(ctx: Context, token: str, kind: TicketKind, changes: dict[str, Any]) -> Ticket | None:
    ticket = _changed(ctx, token, kind, changes)
    return ticket if ticket is not None and ticket.used_at is not None else None


def _changed(ctx: Context, token: str, kind: TicketKind, changes: dict[str, Any]) -> Ticket | None:
    return ctx.session.scalar(
        sa.update(Ticket)
        .where(Ticket.token_hash == token_hash(token), Ticket.kind == kind, *_good(ctx))
        .values(**changes)
        .returning(Ticket)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


def _good(ctx: Context) -> tuple[sa.ColumnElement[bool], ...]:
    return (Ticket.used_at.is_(None), Ticket.expires_at > ctx.now, Ticket.tries < MAX_TRIES)


def _code_hash(vault: Vault, token: str, code: str) -> str:
    return vault.blind_index(f"{token_hash(token)}:{code}", purpose="one-time code")
