"""Limits on guessing passwords and on flooding, made so that nobody can use them to lock somebody else out.

* Wrong passwords are counted per account *and* network: who guesses elsewhere does not stop the owner. A browser that
  has signed in to the account before is counted by itself, so that not even a neighbour in the same network does.
* Codes are counted where they are asked for: per account and network, and, for browsers that the account does not know,
  per contact as well, so that nobody is flooded with messages and no code is guessed by asking often enough.
* Per network, only failures and registrations count, by the minute, and generously: a school, an agency or all phones
  of an operator share one address. Browsers known to an account are left alone.

Counters live in the memory of each process; they may vanish.
"""

from __future__ import annotations

import hashlib
import secrets
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, cast

from flask import current_app, g, request, session
from flask_limiter import Limiter, RateLimitExceeded
from itsdangerous import BadSignature, URLSafeSerializer
from limits import parse

from cuocthi.errors import DomainError
from cuocthi.users.contacts import contact_index, normalise_contact
from cuocthi.web.context import registry, signed_in_user_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response
    from werkzeug.wrappers import Response as BaseResponse

    View = Callable[..., BaseResponse]
    Mark = Callable[[], str]

WRONG_PASSWORDS = "10 per 15 minutes"
FAILURES_OF_A_NETWORK = "300 per minute"
REGISTRATIONS_OF_A_NETWORK = "600 per minute"
NEW_DEVICES = "20 per day"
#: One network alone stays far below what may be sent to a contact, so that it cannot keep the owner from a code.
CODES_OF_AN_ACCOUNT = "5 per 15 minutes;10 per hour;20 per day"
CODES_TO_A_CONTACT = "30 per hour;100 per day"
CODES_OF_A_NETWORK = "60 per minute"
WRONG_SECOND_FACTORS = "60 per day"
WRONG_PUBLIC_CODES_OF_A_NETWORK = "60 per hour"

#: Under this name the session keeps the mark of the account that somebody is about to enter.
ACCOUNT = "account"

#: The cookie by which a browser proves that it has signed in to an account before.
DEVICE_COOKIE = "device"
_DEVICE_LIFETIME = 365 * 24 * 3600
_ACCOUNTS_PER_DEVICE = 8
_MARK_LENGTH = 16
_IPV6_NETWORK_BITS = 64


class _LimitsOfPages(Limiter):
    """Limits stand on single pages, whose views ask for them; before any other request there is nothing to look up."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:  # noqa: FBT001, FBT002 - as the library has it
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = _LimitsOfPages(lambda: _network(), storage_uri="memory://", strategy="moving-window")  # noqa: PLW0108 - defined below


def init_app(app: Flask) -> None:
    """Set the limits up; their counters begin at nought."""
    limiter.init_app(app)
    app.register_error_handler(RateLimitExceeded, lambda error: error.get_response())


def named_account() -> str:
    """Return the mark of the account that the field ``contact`` names; for views that read this field, and no other."""
    return account_mark(request.form.get("contact", ""))


def entered_account() -> str:
    """Return the mark of the account that this browser is on the way into."""
    return str(session.get(ACCOUNT, ""))


def own_account() -> str:
    """Return the mark of who has signed in."""
    return mark_of(registry().vault.blind_index(str(signed_in_user_id()), purpose="account"))


def limit_sign_in(refuse: Callable[[], Response], whose: Mark = named_account) -> Callable[[View], View]:
    """Limit failed attempts of a view that signs people in to the account that ``whose`` tells.

    ``refuse`` makes the answer. An attempt has failed when the view answers a POST with status 422.
    """
    per_network = limiter.limit(
        FAILURES_OF_A_NETWORK,
        methods=["POST"],
        deduct_when=_failed,
        exempt_when=lambda: _is_known(whose()),
        on_breach=lambda _limit: refuse(),
    )
    per_account = limiter.limit(
        WRONG_PASSWORDS,
        key_func=lambda: _with_origin(whose()),
        methods=["POST"],
        deduct_when=_failed,
        on_breach=lambda _limit: refuse(),
    )
    return lambda view: cast("View", per_network(per_account(view)))


def limit_secrets(refuse: Callable[[], Response]) -> Callable[[View], View]:
    """Limit failed attempts of a network at a view that takes a secret alone, too long to be guessed, and names nobody.

    Counted by account, all who come from one network would be one account. ``refuse`` makes the answer.
    """
    limit = limiter.limit(
        FAILURES_OF_A_NETWORK, methods=["POST"], deduct_when=_failed, on_breach=lambda _limit: refuse()
    )
    return lambda view: cast("View", limit(view))


def limit_registrations(refuse: Callable[[], Response]) -> Callable[[View], View]:
    """Limit how many people a network may register in a minute; ``refuse`` makes the answer to those beyond."""
    limit = limiter.limit(
        REGISTRATIONS_OF_A_NETWORK,
        methods=["POST"],
        exempt_when=lambda: "password" not in request.form,
        on_breach=lambda _limit: refuse(),
    )
    # Registering again with name, contact and password signs in, so that it must be no better for guessing: what counts
    # is whether somebody was missed, since a refusal for any other reason would be as good an answer.
    guesses = limiter.limit(
        WRONG_PASSWORDS,
        key_func=lambda: _with_origin(named_account()),
        methods=["POST"],
        deduct_when=lambda _response: "guessed" in g,
        exempt_when=lambda: "password" not in request.form,
        on_breach=lambda _limit: refuse(),
    )
    return lambda view: cast("View", limit(guesses(view)))


def count_guess() -> None:
    """Count this registration among the wrong passwords of the account that it names, whatever is answered."""
    g.guessed = True


def limit_codes(refuse: Callable[[], Response], whose: Mark = named_account) -> Callable[[View], View]:
    """Limit how many codes a view sends to the contact, or for the person, that ``whose`` tells."""
    per_network = limiter.shared_limit(
        CODES_OF_A_NETWORK,
        "codes of a network",
        methods=["POST"],
        deduct_when=_led_on,
        exempt_when=lambda: _is_known(whose()),
        on_breach=lambda _limit: refuse(),
    )
    per_contact = limiter.shared_limit(
        CODES_TO_A_CONTACT,
        "codes to a contact",
        key_func=whose,
        methods=["POST"],
        deduct_when=_led_on,
        exempt_when=lambda: _is_known(whose()),
        on_breach=lambda _limit: refuse(),
    )
    per_account = limiter.shared_limit(
        CODES_OF_AN_ACCOUNT,
        "codes of an account",
        key_func=lambda: _with_origin(whose()),
        methods=["POST"],
        deduct_when=_led_on,
        on_breach=lambda _limit: refuse(),
    )
    return lambda view: cast("View", per_network(per_contact(per_account(view))))


def limit_second_factor(refuse: Callable[[], Response], whose: Mark) -> Callable[[View], View]:
    """Limit wrong codes of an authenticator, which only somebody tries who has the password or the session already."""
    per_account = limiter.shared_limit(
        WRONG_SECOND_FACTORS,
        "wrong second factors of an account",
        key_func=whose,
        methods=["POST"],
        deduct_when=_failed,
        exempt_when=lambda: _is_known(whose()),
        on_breach=lambda _limit: refuse(),
    )
    per_origin = limiter.shared_limit(
        WRONG_PASSWORDS,
        "wrong second factors",
        key_func=lambda: _with_origin(whose()),
        methods=["POST"],
        deduct_when=_failed,
        on_breach=lambda _limit: refuse(),
    )
    return lambda view: cast("View", per_account(per_origin(view)))


def limit_posts(amount: str, refuse: Callable[[], Response]) -> Callable[[View], View]:
    """Limit how many forms of a public view a network may send by people who have not signed in.

    ``amount`` is written as in "20 per hour"; only what the view took counts, not what it refused. ``refuse`` makes the
    answer to those beyond, which should name another way: behind one address there may be a school.
    """
    limit = limiter.limit(
        amount,
        methods=["POST"],
        deduct_when=lambda response: response.status_code < 400,  # noqa: PLR2004 - everything from there is a refusal
        exempt_when=lambda: signed_in_user_id() is not None,
        on_breach=lambda _limit: refuse(),
    )
    return lambda view: cast("View", limit(view))


def limit_guesses(refuse: Callable[[], Response]) -> Callable[[View], View]:
    """Limit how many codes that stand for nothing a network may try at a public view that answers them with 404.

    ``refuse`` makes the answer to those beyond.
    """
    limit = limiter.limit(
        WRONG_PUBLIC_CODES_OF_A_NETWORK,
        deduct_when=lambda response: response.status_code == 404,  # noqa: PLR2004 - there is nothing by this code
        on_breach=lambda _limit: refuse(),
    )
    return lambda view: cast("View", limit(view))


def remember_account(response: BaseResponse, mark: str) -> None:
    """Let this browser be counted by itself when it signs in to the account of ``mark`` again.

    Only so many browsers a day: somebody who shares the contact could otherwise be a new one for every few guesses.
    """
    device, marks = _device()
    if device is None and not limiter.limiter.hit(parse(NEW_DEVICES), "new devices", mark):
        return
    kept = [mark, *(other for other in marks if other != mark)][:_ACCOUNTS_PER_DEVICE]
    response.set_cookie(
        DEVICE_COOKIE,
        _signer().dumps([device or secrets.token_hex(8), kept]),
        max_age=_DEVICE_LIFETIME,
        secure=registry().config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def account_mark(contact: str) -> str:
    """Return what stands for the account of a contact in counters and cookies: nothing that reveals the contact."""
    vault = registry().vault
    try:
        return contact_index(normalise_contact(contact), vault)[:_MARK_LENGTH]
    except DomainError:
        return vault.blind_index(contact[:200], purpose="unknown contact")[:_MARK_LENGTH]


def mark_of(index: str) -> str:
    """Return what stands for the account of a contact with this blind index; see account_mark."""
    return index[:_MARK_LENGTH]


def _with_origin(mark: str) -> str:
    return f"{mark}:{_known_device(mark) or _network()}"


def _is_known(mark: str) -> bool:
    return _known_device(mark) is not None


def _led_on(response: Response) -> bool:
    return response.status_code < 400  # noqa: PLR2004 - the form was taken


def _failed(response: Response) -> bool:
    return response.status_code == 422  # noqa: PLR2004 - how every form says that it was refused


def _network() -> str:
    """Return the network a request comes from: an IPv4 address, or the /64 that a provider gives to one customer."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return hashlib.sha256((request.remote_addr or "").encode()).hexdigest()[:_MARK_LENGTH]
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_NETWORK_BITS), strict=False))
    return str(address)


def _known_device(mark: str) -> str | None:
    """Return the id of this browser if it has signed in to the account of ``mark`` before."""
    device, marks = _device()
    return device if mark in marks else None


def _device() -> tuple[str | None, list[str]]:
    try:
        device, marks = _signer().loads(request.cookies.get(DEVICE_COOKIE, ""))
    except (BadSignature, ValueError, TypeError):
        return None, []
    return str(device), [str(mark) for mark in marks]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(cast("bytes", current_app.config["SECRET_KEY"]), salt="cuocthi-device")
