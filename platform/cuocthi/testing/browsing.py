"""A browser for tests: somebody who has signed in, and forms with their CSRF token."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cuocthi.contributions import Browser

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def browser_over(client: FlaskClient, *, session_token: str) -> Browser:
    """Return a browser over Flask's test client in which the holder of ``session_token`` has signed in."""
    with client.session_transaction() as session:
        session["_user_id"] = session_token
    token = ""

    def remember(response: TestResponse) -> tuple[int, str]:
        nonlocal token
        # A download is no text.
        page = response.get_data().decode(errors="replace")
        response.close()
        found = _TOKEN.search(page)
        token = found.group(1) if found else token
        return response.status_code, page

    def get(path: str) -> tuple[int, str]:
        return remember(client.get(path, follow_redirects=True))

    def post(path: str, fields: Mapping[str, str | list[str]]) -> tuple[int, str]:
        return remember(client.post(path, data={"csrf_token": token, **fields}, follow_redirects=True))

    return Browser(get, post)
