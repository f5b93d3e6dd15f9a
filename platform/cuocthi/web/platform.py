"""Flask, without what it would find out anew for every request although it is the same for all of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

if TYPE_CHECKING:
    from collections.abc import Callable

    from itsdangerous import URLSafeTimedSerializer


class Platform(Flask):
    """The application: its views are functions, never coroutines, and its cookies are signed with one key."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.session_interface = _Cookies(self)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is; Flask asks for each of the dozen that a request passes."""
        return func


class _Cookies(SecureCookieSessionInterface):
    """Sessions in signed cookies; what signs them is made once."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    @cached_property
    def _signing(self) -> URLSafeTimedSerializer | None:
        return super().get_signing_serializer(self._app)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        return self._signing
