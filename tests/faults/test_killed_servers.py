"""The web server and the worker are killed while people answer: what was called saved is there, once."""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import httpx
import pytest

from cuocthi.rehearsal.pages import Visit, browser_of, join, patiently
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.responses import Given, history, to_response

from .conftest import Installation, until

if TYPE_CHECKING:
    from cuocthi.rehearsal.people import Person

pytestmark = [pytest.mark.faults, pytest.mark.slow]

PEOPLE, CHANGES, QUESTIONS = 5, 4, 20
#: After so many acknowledged answers everything is killed.
KILLS = (120, 260)
JSON = {"Accept": "application/json"}
PAPER = re.compile(r'data-attempt="(\d+)" data-token="([0-9a-f]+)"')
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Diary:
    """What people were told is saved, in the order in which they were told."""

    told: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    number: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, attempt: int, position: int, option: int) -> None:
        with self.lock:
            self.told[attempt, position].append(option)
            self.number += 1

    def holds(self, number: int) -> bool:
        return self.number >= number


def answer_and_hand_in(visit: Visit, person: Person, diary: Diary, all_there: threading.Barrier) -> None:
    """Join, start, answer every question again and again as the paper's script does, and hand in."""
    headers = {"X-Forwarded-For": f"10.0.0.{person.number}"}
    with httpx.Client(base_url=visit.address, headers=headers, follow_redirects=True, timeout=30) as client:
        browser = browser_of(client)
        join(browser, visit, person)
        entrance = f"/c/{visit.slug}/quiz/round/{visit.rounds[0].id}/"
        browser.get(entrance)
        _, page = browser.post(f"{entrance}start", {})
        paper, token = PAPER.search(page), TOKEN.search(page)
        assert paper is not None, page
        assert token is not None
        path = f"/c/{visit.slug}/quiz/paper/{paper[1]}/{paper[2]}/"
        all_there.wait(60)
        for sequence in range(1, CHANGES + 1):
            for position in range(1, QUESTIONS + 1):
                option = (sequence + position) % 2
                form = {"position": position, "choice": option, "sequence": sequence, "csrf_token": token[1]}
                answer = patiently(partial(client.post, f"{path}answer", data=form, headers=JSON))
                assert answer.status_code == httpx.codes.OK, answer.text
                assert answer.json()["saved"]
                diary.note(int(paper[1]), position, option)
        status, _ = browser.post(f"{path}hand-in", {})
        assert status == httpx.codes.OK


def test_every_acknowledged_answer_outlives_the_processes(installation: Installation) -> None:
    installation.move_clock(installation.middle)
    installation.serve()
    visit = Visit(installation.address, "chuyen-doi-so-2024", [installation.round], {})
    persons = installation.course.people(installation.campaign_id, PEOPLE)
    diary, all_there = Diary(), threading.Barrier(PEOPLE)
    with ThreadPoolExecutor(PEOPLE) as pool:
        visits = [pool.submit(answer_and_hand_in, visit, person, diary, all_there) for person in persons]
        for number in KILLS:
            until(partial(diary.holds, number))
            installation.kill()
            installation.serve()
        for one in visits:
            one.result()
    assert diary.number == PEOPLE * QUESTIONS * CHANGES
    assert_kept(installation, diary)
    assert_single(installation)


def assert_kept(installation: Installation, diary: Diary) -> None:
    stored = installation.rows(
        "SELECT s.attempt_id, s.position, s.response, s.history, i.option_order, r.option_count FROM quiz_answer AS s "
        "JOIN quiz_item AS i ON i.attempt_id = s.attempt_id AND i.position = s.position "
        "JOIN quiz_revision AS r ON r.id = i.revision_id"
    )
    assert {(row.attempt_id, row.position) for row in stored} == set(diary.told)
    for row in stored:
        order = unpack(row.option_order, row.option_count)
        told = [to_response(Given.choice(1 << option), order) for option in diary.told[row.attempt_id, row.position]]
        assert [response for response, _after in history(row.history)] == told, (
            "each change is there once, repeated or not"
        )
        assert row.response == told[-1]


def assert_single(installation: Installation) -> None:
    """Whatever was asked for twice because no reply came is there once."""
    assert installation.number("SELECT count(*) FROM core_enrolment") == PEOPLE
    assert installation.number("SELECT count(*) FROM quiz_attempt WHERE handed_in_by = 'participant'") == PEOPLE
    assert installation.number("SELECT count(*) FROM quiz_attempt") == PEOPLE
