"""People at browsers, as cheap as they can be: the machine is to be spent by the server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Lock
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The page."""
        return self.body.decode()


class Client:
    """A connection that is kept open, and one cookie."""

    def __init__(self, address: str, cookie: str = "") -> None:
        self._connection = HTTPConnection(address.removeprefix("http://"), timeout=120)
        self._turn = Lock()
        self.cookie = cookie

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        """Make a request; the names of headers are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookie:
            sent["Cookie"] = self.cookie
        with self._turn:
            answer = self._exchange(method, path, body, sent)
        cookie = answer.headers.get("Set-Cookie", "")
        if cookie:
            self.cookie = cookie.partition(";")[0]
        return answer

    def _exchange(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        except (HTTPException, ConnectionError):  # closed by the server meanwhile: open it anew
            self._connection.close()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        return Answer(response.status, {k.title(): v for k, v in response.getheaders()}, response.read())

    def get(self, path: str, status: int = 200, **headers: str) -> Answer:
        """Return a page; raise if the answer has another status."""
        return _expect(self.ask("GET", path, **headers), path, status)

    def post(self, path: str, fields: dict[str, str], status: int = 200, accept: str = "text/html") -> Answer:
        """Send a form."""
        form = "application/x-www-form-urlencoded"
        answer = self.ask("POST", path, urlencode(fields), Content_Type=form, Accept=accept)
        return _expect(answer, path, status)


@dataclass(slots=True)
class Somebody:
    """A person who takes part: a browser, the CSRF token of the session, and the paper's address."""

    client: Client
    contact: str
    token: str = ""
    paper: str = ""

    def look(self, path: str) -> None:
        """Load a page, and keep the token that its forms carry."""
        found = _TOKEN.search(self.client.get(path).text)
        self.token = found[1] if found else self.token

    def send(self, path: str, status: int = 302, accept: str = "text/html", **fields: str) -> Answer:
        """Send a form of the page that was loaded last."""
        return self.client.post(path, {"csrf_token": self.token, **fields}, status, accept)


def _expect(answer: Answer, path: str, status: int) -> Answer:
    if answer.status != status:
        message = f"{path}: {answer.status} instead of {status}\n{answer.text[:500]}"
        raise RuntimeError(message)
    return answer
