"""What the tests of the pages share: somebody who reads them with a browser, and an attempt that has begun."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from tests.quiz.conftest import Quiz

from cuocthi.users.domain import start_session
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.queries import papers as papers_queries

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.enrolments.models import Enrolment


JSON = {"Accept": "application/json"}


@dataclass
class Reader:
    """A browser in which somebody has signed in."""

    quiz: Quiz
    client: FlaskClient
    token: str = ""

    @property
    def base(self) -> str:
        return f"/c/{self.quiz.campaign.slug}/quiz/"

    def get(self, path: str) -> TestResponse:
        return self._seen(self.client.get(self._at(path), follow_redirects=True))

    def post(
        self, path: str, fields: Mapping[str, object] | None = None, headers: dict[str, str] | None = None
    ) -> TestResponse:
        data = {"csrf_token": self.token, **(fields or {})}
        return self._seen(self.client.post(self._at(path), data=data, headers=headers, follow_redirects=True))

    def _at(self, path: str) -> str:
        address = path if path.startswith("/") else self.base + path
        # The test's own transaction ends, as SQLite has one writer.
        self.quiz.ctx.session.commit()
        return address

    def _seen(self, response: TestResponse) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)"', response.text)
        self.token = found[1] if found else self.token
        return response


@pytest.fixture
def sign_in(quiz: Quiz, app: Flask) -> Callable[[int], Reader]:
    def signed_in(user_id: int) -> Reader:
        token = start_session(quiz.ctx, user_id=user_id, device="test", hours=24 * 7)
        quiz.ctx.session.commit()
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        return Reader(quiz, client)

    return signed_in


@pytest.fixture
def person(quiz: Quiz) -> Enrolment:
    return quiz.person()


@pytest.fixture
def reader(person: Enrolment, sign_in: Callable[[int], Reader]) -> Reader:
    return sign_in(person.user_id)


@pytest.fixture
def staff(quiz: Quiz, sign_in: Callable[[int], Reader]) -> Reader:
    return sign_in(quiz.make.member(quiz.campaign).id)


def attempt_of(quiz: Quiz, person: Enrolment) -> Attempt:
    quiz.ctx.session.expire_all()
    return papers_queries.attempts_of(quiz.ctx, round_id=quiz.round_.id, enrolment_id=person.id)[-1]


def started(quiz: Quiz, person: Enrolment, reader: Reader) -> tuple[Attempt, str]:
    """Start a paper in the browser; return it and where its pages are."""
    reader.get(f"round/{quiz.round_.id}/")
    reader.post(f"round/{quiz.round_.id}/start")
    attempt = attempt_of(quiz, person)
    return attempt, f"paper/{attempt.id}/{attempt.token}/"


class Form(HTMLParser):
    """The fields of a page's forms as a browser sends them when nothing is changed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag in {"textarea", "select"}:
            self.inside = name
            self.fields[name] = ""
        elif tag == "option" and "selected" in found:
            self.fields[self.inside] = value
        elif tag == "input" and name and (found.get("type") not in {"checkbox", "radio"} or "checked" in found):
            self.fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag in {"textarea", "select"}:
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside and self.lasttag == "textarea":
            self.fields[self.inside] += data
