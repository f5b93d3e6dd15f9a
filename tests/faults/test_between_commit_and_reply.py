"""The web process dies around a commit, exactly there: nothing half done, and asking again is safe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from cuocthi.rehearsal.pages import Visit, browser_of, join, wait_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .conftest import Installation

pytestmark = [pytest.mark.faults, pytest.mark.slow]

PAPER = re.compile(r'data-attempt="(\d+)" data-token="([0-9a-f]+)"')
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
HANDED_IN = "SELECT count(*) FROM quiz_attempt WHERE submitted_at IS NOT NULL"
SUBMITTED = "SELECT submitted_at, handed_in_by FROM quiz_attempt"
ANSWERS = "SELECT position, sequence, history FROM quiz_answer ORDER BY position"


class Dying:
    """A server that can be told where to die, and a browser whose owner asks again once the server is back."""

    def __init__(self, installation: Installation, client: httpx.Client) -> None:
        self.installation = installation
        self.client = client
        self.serve()

    def serve(self) -> None:
        port = str(self.installation.port)
        command = ("-m", "granian", "--interface", "wsgi", "--factory", "--port", port, "dying_wsgi:application")
        wait_for(self.installation.address, self.installation.start(*command))

    def post(self, path: str, form: Mapping[str, object], *, dying: str) -> None:
        """Send a form to a server that dies ``before`` or ``after`` the commit of a statement."""
        (self.installation.instance / "fault").write_text(dying)
        with pytest.raises(httpx.TransportError):
            self.client.post(path, data=form)
        assert not (self.installation.instance / "fault").exists()
        self.installation.kill()

    def again(self, path: str, form: Mapping[str, object]) -> httpx.Response:
        self.serve()
        return self.client.post(path, data=form)


def test_whoever_asks_again_after_a_crash_gets_the_same_and_nothing_is_there_twice(
    installation: Installation,
) -> None:
    installation.move_clock(installation.middle)
    (person,) = installation.course.people(installation.campaign_id, 1)
    with httpx.Client(base_url=installation.address, follow_redirects=True, timeout=30) as client:
        server = Dying(installation, client)
        browser = browser_of(client)
        join(browser, Visit(installation.address, "chuyen-doi-so-2024", [installation.round], {}), person)
        entrance = f"/c/chuyen-doi-so-2024/quiz/round/{installation.round.id}/"
        token = TOKEN.search(client.get(entrance).text)
        assert token is not None
        csrf = {"csrf_token": token[1]}

        server.post(f"{entrance}start", csrf, dying="after INSERT INTO quiz_attempt")
        assert installation.number("SELECT count(*) FROM quiz_attempt") == 1
        paper = PAPER.search(server.again(f"{entrance}start", csrf).text)
        assert paper is not None
        assert installation.number("SELECT count(*) FROM quiz_attempt") == 1

        client.headers["Accept"] = "application/json"
        path = f"/c/chuyen-doi-so-2024/quiz/paper/{paper[1]}/{paper[2]}/answer"
        first = {**csrf, "position": 1, "choice": 0, "sequence": 1}
        server.post(path, first, dying="before INSERT INTO quiz_answer")
        assert installation.rows(ANSWERS) == [], "it was not called saved, and it is not"
        assert server.again(path, first).json()["saved"]

        second = {**csrf, "position": 2, "choice": 1, "sequence": 2}
        server.post(path, second, dying="after INSERT INTO quiz_answer")
        before = installation.rows(ANSWERS)
        assert [(row.position, row.sequence) for row in before] == [(1, 1), (2, 2)]
        assert server.again(path, second).json()["saved"]
        assert installation.rows(ANSWERS) == before, "the history tells of one change"
        assert all(row.history.count(";") == 1 for row in before)

        client.headers["Accept"] = "text/html"
        path = path.replace("/answer", "/hand-in")
        server.post(path, csrf, dying="before UPDATE quiz_attempt")
        assert installation.number(HANDED_IN) == 0
        server.serve()
        server.post(path, csrf, dying="after UPDATE quiz_attempt")
        assert installation.number(HANDED_IN) == 1
        submitted = installation.rows(SUBMITTED)
        assert server.again(path, csrf).url.path.endswith("/receipt")
        assert installation.rows(SUBMITTED) == submitted
