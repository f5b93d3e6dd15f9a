"""What thousands do at once takes the same number of statements, however many questions a paper has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.quiz.conftest import SETTINGS, Quiz

from .conftest import Reader, attempt_of

if TYPE_CHECKING:
    from cuocthi.enrolments.models import Enrolment


def test_starting_and_handing_in(
    quiz: Quiz, person: Enrolment, reader: Reader, statements: Callable[[], int], sign_in: Callable[[int], Reader]
) -> None:
    def taken(somebody: Enrolment, browser: Reader) -> tuple[int, int, int]:
        browser.get(f"round/{quiz.round_.id}/")
        statements()
        browser.post(f"round/{quiz.round_.id}/start")
        start = statements()
        attempt = attempt_of(quiz, somebody)
        statements()
        browser.post(f"paper/{attempt.id}/{attempt.token}/hand-in")
        hand_in = statements()
        browser.get(f"paper/{attempt.id}/result")
        return start, hand_in, statements()

    quiz.set(replace(SETTINGS, blueprint=SETTINGS.blueprint[1:2]))
    short = taken(person, reader)
    quiz.set(SETTINGS)
    other = quiz.person()
    # On both papers questions are left open for the first time, and that is marked.
    assert taken(other, sign_in(other.user_id)) == short
