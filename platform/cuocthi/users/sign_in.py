"""Who makes a request: Flask-Login over sessions that the server keeps and can end."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, ClassVar, cast
from urllib.parse import urlsplit

from flask import after_this_request, g, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf

from cuocthi.database import reading
from cuocthi.extensions import login_manager
from cuocthi.security.limits import ACCOUNT, mark_of, remember_account
from cuocthi.users import domain, queries
from cuocthi.users.models import TicketKind
from cuocthi.users.tickets import open_ticket
from cuocthi.web.access import SIGNED_IN, is_for_staff
from cuocthi.web.arrivals import arrival
from cuocthi.web.context import reading_context, registry, request_time
from cuocthi.web.context import session as database_session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask
    from flask import Response as FlaskResponse
    from werkzeug.wrappers import Response

    from cuocthi.context import Context
    from cuocthi.users.queries import Credential, SignedIn


@dataclass(frozen=True, slots=True)
class LoginUser:
    """Flask-Login's ``current_user``: somebody who has signed in, by the token in the cookie."""

    id: int
    name: str
    is_admin: bool
    must_change_password: bool
    second_factor: bool
    token: str
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the cookie: the token, which is worth nothing once the session has ended."""
        return self.token


def init_app(app: Flask) -> None:
    """Let Flask-Login find the user of each request by the session's token."""
    login_manager.init_app(app)
    # Phones change their address on the way; what binds a session is its random token.
    login_manager.session_protection = None  # type: ignore[assignment]  # None is what Flask-Login documents
    login_manager.user_loader(load_user)


def load_user(token: str) -> LoginUser | None:
    """Return the user of a session's token, or None if it is over (one statement).

    On a page of a campaign the same statement finds the campaign and the roles there, which stay in ``g.arrival``.
    """
    slug = (request.view_args or {}).get("slug")
    g.arrival = arrival(database_session(), slug=slug, token=token, now=request_time()) if slug else None
    if g.arrival is None:
        found = queries.signed_in(database_session(), token=token, now=request_time())
    else:
        found = g.arrival.user
    if found is None or (found.is_demo and not demo_allowed()):
        return None
    return _login_user(found, token)


def _login_user(found: SignedIn, token: str) -> LoginUser:
    return LoginUser(found.id, found.name, found.is_admin, found.must_change_password, found.second_factor, token)


def reader() -> LoginUser | None:
    """Return who has signed in on the browser that makes this request, or None."""
    user = known_reader()
    return user if user.is_authenticated else None


def known_reader() -> LoginUser:
    """Return who has signed in, on a page that lets nobody else in."""
    return cast("LoginUser", current_user)


#: What proxies add on the way.
_PROXY_HEADERS = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


def demo_allowed() -> bool:
    """Tell whether this request may use the accounts of the demonstration: only from this very machine."""
    config = registry().config
    # Behind a proxy that is not declared, everybody would seem to sit at this machine.
    through_proxy = any(name in request.headers for name in _PROXY_HEADERS)
    if not config.demo or (through_proxy and not config.trusted_hops):
        return False
    return _is_loopback(request.remote_addr or "") and _is_loopback(urlsplit(f"//{request.host}").hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


#: Where a browser on its way in wants to go afterwards, the ticket that it holds, and the accounts it may choose from.
_NEXT, _TICKET, _ACCOUNTS = "next", "ticket", "accounts"


def go_on_to(target: str) -> None:
    """Keep where this browser goes on to once somebody has signed in on it."""
    session[_NEXT] = target


def next_target() -> str:
    """Return what :func:`go_on_to` kept."""
    return str(session.get(_NEXT, ""))


def known_credentials(contact: str) -> list[Credential]:
    """Return what a password entered with ``contact`` is to be compared with.

    Comparing takes a while, so that no transaction stays open: what this request has read until now is read anew.
    """
    database_session().rollback()
    with reading():
        found = domain.find_credentials(reading_context(), contact=contact, vault=registry().vault)
        database_session().rollback()
    return found


def hold_ticket(token: str, *, index: str, accounts: Iterable[int] = ()) -> None:
    """Let this browser hold a ticket; ``index`` is the blind index of the contact by which somebody comes.

    ``accounts`` are the users among whom the holder may choose, where the ticket asks which of several this is.
    """
    session[_TICKET], session[ACCOUNT], session[_ACCOUNTS] = token, mark_of(index), list(accounts)


def held_ticket() -> str:
    """Return the token of the ticket that this browser holds, or nothing."""
    return str(session.get(_TICKET, ""))


def held_accounts() -> frozenset[int]:
    """Return the users among whom the holder of the ticket may choose, and no others."""
    return frozenset(session.get(_ACCOUNTS, ()))


def enter(ctx: Context, *, user_id: int, second_factor: bool, index: str) -> Response:
    """Sign a user in on this browser, or ask for the second factor first; answer with the way on.

    ``index`` is the blind index of the contact by which the user came.
    """
    if second_factor:
        opened = open_ticket(
            ctx, kind=TicketKind.SECOND_FACTOR, vault=registry().vault, user_id=user_id, blind_index=index
        )
        hold_ticket(opened.token, index=index)
        return redirect(url_for("users.enter_second_factor"))
    response = redirect(local_target(next_target()))
    begin(ctx, user_id=user_id)
    remember_account(response, mark_of(index))
    return response


def local_target(target: str | None) -> str:
    """Return an address of this site to go on to: ``target``, or my page if it is none or leads elsewhere."""
    wanted = target or ""
    parts = urlsplit(wanted)
    # Browsers read a backslash as a slash and drop control characters: "/\host" would leave the site.
    local = wanted.startswith("/") and not (parts.scheme or parts.netloc) and not wanted.startswith("//")
    if not local or "\\" in wanted or not wanted.isprintable():
        return url_for("me.show")
    return request.script_root + wanted


def lead_to_what_is_owed(access: str) -> Response | None:
    """Before a personal or a staff page: lead to what the reader owes, a password of one's own, or a second factor.

    ``access`` is what the page asks for.
    """
    staff = is_for_staff(access)
    if not staff and access != SIGNED_IN:
        return None
    user = reader()
    if user is None:
        return None
    if user.must_change_password and request.endpoint != "users.password":
        return redirect(url_for("users.password"))
    return lead_to_second_factor() if staff else None


def lead_to_second_factor() -> Response | None:
    """Lead a reader who acts for the staff to the second factor, where the installation requires it and none is set up.

    Every page with a permission asks by itself; whoever decides in a view that somebody is of the staff asks here.
    """
    user = reader()
    if user is None or user.second_factor or not registry().config.staff_need_second_factor:
        return None
    go_on_to(request.path)
    return redirect(url_for("users.second_factor"))


def begin(ctx: Context, *, user_id: int) -> None:
    """Sign a user in on this browser; what it held of an earlier session is dropped."""
    hours = registry().config.session_hours
    device = device_name(request.user_agent.string)
    token = domain.start_session(ctx, user_id=user_id, device=device, hours=hours)
    session.clear()
    session.permanent = True
    found = queries.signed_in(ctx.session, token=token, now=ctx.now)
    if found is not None:
        login_user(_login_user(found, token))
        # From here on the cookie carries it: two pages opened at once would make one each, and one would be worthless.
        generate_csrf()


def end(ctx: Context, *, token: str) -> None:
    """Sign the user out on this browser, which then forgets what pages have kept in it for the user."""
    domain.end_session(ctx, token=token)
    logout_user()
    session.clear()
    after_this_request(_clear_storage)


def _clear_storage(response: FlaskResponse) -> FlaskResponse:
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


#: What tells a browser and its machine apart, in the order in which they must be looked for.
_BROWSERS = {
    "Zalo": "Zalo",
    "FBAN": "Facebook",
    "FBAV": "Facebook",
    "coc_coc": "Cốc Cốc",
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_MACHINES = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "Linux": "Linux",
}


def device_name(user_agent: str) -> str:
    """Return how a person would call a browser on a machine ("Chrome, Android"), as far as it tells."""
    found = (
        next((name for mark, name in known.items() if mark in user_agent), None) for known in (_BROWSERS, _MACHINES)
    )
    return ", ".join(name for name in found if name)
