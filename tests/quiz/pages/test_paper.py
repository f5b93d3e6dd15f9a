"""The pages of who takes part: the round, the paper, the hand-in and the result."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import SETTINGS, Quiz

from cuocthi.app import registry_of
from cuocthi.campaigns.changes import Changes
from cuocthi.campaigns.settings import load_settings
from cuocthi.contributions import Role
from cuocthi.digest import digest
from cuocthi.testing.factories import Factories
from cuocthi.users.models import User
from cuocthi_quiz.domain import jobs
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.foreseen import mark_foreseen
from cuocthi_quiz.domain.receipts import receipt
from cuocthi_quiz.models import HandIn, Revision, RevisionState
from cuocthi_quiz.settings import OWNER, QuizSettings, Release

from .conftest import JSON, Form, Reader, attempt_of, started

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.enrolments.models import Enrolment


def test_characters_that_nobody_means_break_no_paper(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    asked = replace(SETTINGS, prediction_text="Có bao nhiêu\ue000nothing\ue001 người?")
    assert asked.prediction_text == "Có bao nhiêunothing người?"
    quiz.set(asked)
    _attempt, paper = started(quiz, person, reader)
    assert "Có bao nhiêunothing người?" in reader.get(f"{paper}all").text


def test_a_paper_from_the_entrance_to_the_result(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    entrance = reader.get(f"round/{quiz.round_.id}/")
    assert entrance.status_code == 200
    assert f"/quiz/round/{quiz.round_.id}/start" in entrance.text
    page = reader.post(f"round/{quiz.round_.id}/start")
    assert page.request.path.endswith("/1")
    attempt = attempt_of(quiz, person)
    paper = f"paper/{attempt.id}/{attempt.token}/"
    for position in range(1, 6):
        shown = quiz.right(attempt, position)
        choices = [str(at) for at in range(4) if shown >> at & 1]
        page = reader.post(
            paper + "answer", {"position": position, "choice": choices, "sequence": 1, "go": position + 1}
        )
        assert page.status_code == 200
        assert page.request.path.endswith(f"/{position + 1}")
    page = reader.post(paper + "answer", {"position": 6, "prediction": "1.234", "sequence": 1, "go": "summary"})
    assert page.request.path.endswith("/summary")
    receipt = reader.post(paper + "hand-in")
    assert receipt.request.path.endswith("/receipt")
    attempt = attempt_of(quiz, person)
    assert (attempt.score, attempt.prediction, attempt.is_open) == (5000, 1234, False)
    code = re.search(r'<p class="code">([^<]+)</p>', receipt.text)
    assert code is not None
    assert "5 / 5" in reader.get(f"receipt?code={code[1]}").text
    result = reader.get(f"paper/{attempt.id}/result")
    assert "5 / 5" in result.text
    assert "Giải thích" not in result.text, "answers are shown when the round has closed"


def test_every_question_stands_on_the_paper_but_no_key(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    attempt, paper = started(quiz, person, reader)
    page = html.unescape(reader.get(paper + "3").text)
    for row in quiz.paper(attempt):
        assert row.text in page
        assert row.explanation not in page
        assert all(option in page for option in row.content["options"])
    hidden = re.findall(r'<section id="q-(\d)"[^>]* hidden', page)
    assert hidden == ["1", "2", "4", "5", "6"]
    whole = reader.get(paper + "all").text
    assert not re.findall(r"<section id=[^>]* hidden", whole)


def test_a_script_is_told_what_was_saved_and_why_not(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    attempt, paper = started(quiz, person, reader)
    reader.get(paper + "1")
    saved = reader.post(paper + "answer", {"position": 1, "choice": "0", "sequence": 3}, JSON)
    assert saved.json == {"saved": "12:00:00"}
    stale = reader.post(paper + "answer", {"position": 1, "choice": "1", "sequence": 2}, JSON)
    assert stale.status_code == 409
    assert stale.json is not None
    assert (stale.json["refused"], stale.json["stored"], stale.json["sequence"]) == ("stale", [["choice", "0"]], 3)
    quiz.later(minutes=15)
    late = reader.post(paper + "answer", {"position": 2, "choice": "1", "sequence": 4}, JSON)
    assert (late.status_code, late.json and late.json["refused"]) == (409, "closed")
    assert quiz.stored(attempt_of(quiz, person)) == {1: 1}
    assert attempt.id


def test_saving_takes_one_statement(
    quiz: Quiz, person: Enrolment, reader: Reader, statements: Callable[[], int]
) -> None:
    _attempt, paper = started(quiz, person, reader)
    reader.get(paper + "1")
    statements()
    assert reader.post(paper + "answer", {"position": 1, "choice": "0", "sequence": 1}, JSON).status_code == 200
    assert statements() == 1


def test_the_paper_takes_the_same_statements_however_long_it_is(
    quiz: Quiz, person: Enrolment, reader: Reader, statements: Callable[[], int], sign_in: Callable[[int], Reader]
) -> None:
    _attempt, paper = started(quiz, person, reader)
    statements()
    reader.get(paper + "1")
    long = statements()
    quiz.set(replace(SETTINGS, blueprint=SETTINGS.blueprint[1:2]))
    other = quiz.person()
    browser = sign_in(other.user_id)
    _attempt, paper = started(quiz, other, browser)
    statements()
    browser.get(paper + "1")
    assert statements() == long


def test_a_paper_that_was_shown_before_takes_one_statement(
    quiz: Quiz,
    person: Enrolment,
    reader: Reader,
    statements: Callable[[], int],
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_of(app).kept_pages, "changes", Changes(lambda: 0.0))
    _attempt, paper = started(quiz, person, reader)
    for position in (2, 3):
        statements()
        reader.get(paper + str(position))
    assert statements() == 1


def test_before_the_hand_in_a_prediction_that_is_missing_is_said(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    attempt, paper = started(quiz, person, reader)
    reader.get(paper + "1")
    for position in range(1, 6):
        choice = quiz.right(attempt, position).bit_length() - 1
        reader.post(paper + "answer", {"position": position, "choice": choice, "sequence": 1}, JSON)
    said, answered = "Chưa trả lời câu dự đoán", 'data-go="6" class="is-answered"'
    page = reader.get(paper + "summary").text
    assert said in page
    assert "Mọi câu hỏi đã được trả lời" not in page
    assert answered not in page
    reader.post(paper + "answer", {"position": 6, "prediction": "12", "sequence": 1}, JSON)
    page = reader.get(paper + "summary").text
    assert said not in page
    assert answered in page


def test_of_a_round_that_is_closed_it_is_said_that_it_is_whatever_the_bank_has(
    quiz: Quiz, person: Enrolment, reader: Reader
) -> None:
    reader.get(f"round/{quiz.round_.id}/")
    quiz.ctx.session.execute(sa.update(Revision).values(state=RevisionState.FORMER))
    quiz.at(quiz.round_.windows[0].closes_at)
    page = reader.post(f"round/{quiz.round_.id}/start")
    assert page.status_code == 409
    assert "Bộ câu hỏi chưa sẵn sàng" not in html.unescape(page.text)
    assert person.id


def test_a_first_start_takes_three_statements_whoever_starts(
    quiz: Quiz,
    sign_in: Callable[[int], Reader],
    statements: Callable[[], int],
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_of(app).kept_pages, "changes", Changes(lambda: 0.0))
    people = [quiz.person() for _ in range(3)]
    browsers = [sign_in(person.user_id) for person in people]
    address = f"{browsers[0].base}round/{quiz.round_.id}/start"
    taken = []
    for browser in browsers:
        browser.get(f"round/{quiz.round_.id}/")
        statements()
        answer = browser.client.post(address, data={"csrf_token": browser.token})
        taken.append(statements())
        assert re.fullmatch(r".*/paper/\d+/[0-9a-f]{24}/1", answer.location)
    # SQLite stores the attempt and its questions by a statement each.
    assert taken[1:] == [4 if quiz.ctx.session.get_bind().dialect.name == "sqlite" else 3] * 2


def test_handing_in_takes_two_statements_where_all_answers_were_foreseen(
    quiz: Quiz, person: Enrolment, reader: Reader, statements: Callable[[], int]
) -> None:
    _attempt, paper = started(quiz, person, reader)
    mark_foreseen(quiz.ctx)
    address = reader.base + paper + "hand-in"
    quiz.ctx.session.commit()
    statements()
    answer = reader.client.post(address, data={"csrf_token": reader.token})
    assert statements() == 2
    assert answer.location.endswith("/receipt")
    assert attempt_of(quiz, person).graded_at is not None


def test_a_page_whose_clock_is_fast_hands_nothing_in(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    _attempt, paper = started(quiz, person, reader)
    page = reader.post(paper + "hand-in", {"auto": "1"})
    assert page.request.path.endswith("/1")
    assert attempt_of(quiz, person).is_open
    quiz.later(minutes=15)
    page = reader.post(paper + "hand-in", {"auto": "1"})
    assert page.request.path.endswith("/receipt")
    assert attempt_of(quiz, person).handed_in_by is HandIn.DEADLINE


def test_who_owes_a_password_sees_no_paper_and_hands_none_in(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    _attempt, paper = started(quiz, person, reader)
    owing = sa.update(User).where(User.id == person.user_id)
    quiz.ctx.session.execute(owing.values(must_change_password=True))
    for path in ("1", "all", "summary"):
        assert reader.get(paper + path).request.path == "/me/password"
    assert reader.post(paper + "hand-in").request.path == "/me/password"
    assert attempt_of(quiz, person).is_open


@pytest.mark.parametrize("place", ["another-contest", "another paper's token"])
def test_a_paper_is_shown_at_its_own_address_only(
    quiz: Quiz, person: Enrolment, reader: Reader, place: str, make: Factories
) -> None:
    attempt, paper = started(quiz, person, reader)
    if place == "another-contest":
        make.campaign(slug=place, plugins=("quiz",))
        page = reader.get(f"/c/{place}/quiz/{paper}1")
    else:
        page = reader.get(f"paper/{attempt.id}/{'0' * 24}/1")
    assert page.status_code == (404 if place == "another-contest" else 409)
    assert "data-question" not in page.text


def test_without_a_token_of_the_form_nothing_is_saved(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    attempt, paper = started(quiz, person, reader)
    reader.token = "made-up"
    answer = reader.post(paper + "answer", {"position": 1, "choice": "0", "sequence": 1}, JSON)
    assert answer.status_code == 400
    assert not quiz.stored(attempt_of(quiz, person))
    assert attempt.is_open


def test_signed_out_the_script_keeps_its_answer(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    _attempt, paper = started(quiz, person, reader)
    reader.get(paper + "1")
    with reader.client.session_transaction() as session:
        del session["_user_id"]
    answer = reader.post(paper + "answer", {"position": 1, "choice": "0", "sequence": 1}, JSON)
    assert (answer.status_code, answer.json and answer.json["refused"]) == (401, "signed-out")


def test_another_place_takes_over_and_the_first_says_so(
    quiz: Quiz, person: Enrolment, reader: Reader, sign_in: Callable[[int], Reader]
) -> None:
    _attempt, first = started(quiz, person, reader)
    reader.get(first + "1")
    phone = sign_in(person.user_id)
    assert "take-over" in phone.get(f"round/{quiz.round_.id}/").text
    page = phone.post(f"paper/{_attempt.id}/take-over")
    assert page.status_code == 200
    assert not page.request.path.startswith(reader.base + first)
    refused = reader.post(first + "answer", {"position": 1, "choice": "0", "sequence": 1}, JSON)
    assert (refused.status_code, refused.json and refused.json["refused"]) == (409, "taken")
    taken = reader.get(first + "2")
    assert taken.status_code == 409
    assert "take-over" in taken.text


def test_a_stale_plain_form_is_refused_with_an_explanation(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    attempt, paper = started(quiz, person, reader)
    row = quiz.paper(attempt)[0]
    texts = [row.content["options"][place] for place in unpack(row.option_order, row.option_count)]
    reader.get(paper + "1")
    reader.post(paper + "answer", {"position": 1, "choice": "0", "sequence": 1, "go": "2"})
    stale = reader.post(paper + "answer", {"position": 1, "choice": "1", "sequence": 1, "go": "2"})
    assert stale.status_code == 409
    assert re.findall(r'<p class="conflict">(.*?)</p>', stale.text) == texts[:2]
    assert quiz.stored(attempt_of(quiz, person)) == {1: 1}


def test_walking_past_an_open_question_saves_nothing(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    _attempt, paper = started(quiz, person, reader)
    reader.get(paper + "1")
    page = reader.post(paper + "answer", {"position": 1, "sequence": 1, "go": "2"})
    assert page.request.path.endswith("/2")
    assert not quiz.stored(attempt_of(quiz, person))


def test_a_flag_is_set_by_its_button(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    _attempt, paper = started(quiz, person, reader)
    reader.get(paper + "2")
    page = reader.post(paper + "flag", {"position": 2, "flagged": "1"})
    assert page.request.path.endswith("/2")
    assert [row.flagged for row in quiz.paper(attempt_of(quiz, person))] == [False, True, False, False, False]


def test_nobody_sees_another_persons_paper(
    quiz: Quiz, person: Enrolment, reader: Reader, sign_in: Callable[[int], Reader]
) -> None:
    attempt, paper = started(quiz, person, reader)
    stranger = sign_in(quiz.person().user_id)
    for path in (paper + "1", paper + "summary", f"paper/{attempt.id}/receipt", f"paper/{attempt.id}/result"):
        assert stranger.get(path).status_code == 404, path
    stranger.get(f"round/{quiz.round_.id}/")
    for path in (paper + "hand-in", f"paper/{attempt.id}/take-over", paper + "answer"):
        assert stranger.post(path, {"position": 1, "choice": "0", "sequence": 1}).status_code == 404, path
    assert attempt_of(quiz, person).is_open


def test_an_early_clock_does_not_end_a_paper(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    _attempt, paper = started(quiz, person, reader)
    reader.get(paper + "1")
    page = reader.post(paper + "hand-in", {"auto": "1"})
    assert page.request.path.endswith("/1")
    assert attempt_of(quiz, person).is_open
    quiz.later(minutes=15)
    assert reader.post(paper + "hand-in", {"auto": "1"}).request.path.endswith("/receipt")


def test_after_the_deadline_the_paper_leads_to_the_receipt(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    attempt, paper = started(quiz, person, reader)
    quiz.later(minutes=15)
    waiting = reader.get(paper + "1")
    assert waiting.request.path.endswith("/receipt")
    assert "hand-in" in waiting.text
    jobs.sweep(quiz.ctx, {}, lambda _done, _total: None)
    quiz.ctx.session.commit()
    assert 'class="code"' in reader.get(f"paper/{attempt.id}/receipt").text


def test_a_late_starter_is_told_before_starting(quiz: Quiz, reader: Reader) -> None:
    quiz.at(quiz.round_.closes_at - timedelta(minutes=6))
    assert "6 phút" in reader.get(f"round/{quiz.round_.id}/").text


def test_the_review_comes_when_the_settings_say(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    quiz.set(replace(SETTINGS, results=Release.AFTER_ROUND, answers=Release.AFTER_ROUND))
    attempt, paper = started(quiz, person, reader)
    reader.get(paper + "summary")
    reader.post(paper + "hand-in")
    assert "0 / 5" not in reader.get(f"paper/{attempt.id}/result").text
    quiz.at(quiz.round_.closes_at)
    result = html.unescape(reader.get(f"paper/{attempt.id}/result").text)
    assert "0 / 5" in result
    assert all(row.explanation in result and row.source in result for row in quiz.paper(attempt))


def test_who_does_not_take_part_is_led_to_joining(quiz: Quiz, sign_in: Callable[[int], Reader]) -> None:
    stranger = sign_in(quiz.make.user().id)
    assert stranger.client.get(f"{stranger.base}round/{quiz.round_.id}/").location.endswith("/join")


def test_a_made_up_receipt_is_not_genuine(quiz: Quiz, person: Enrolment, reader: Reader) -> None:
    attempt, paper = started(quiz, person, reader)
    reader.get(paper + "summary")
    reader.post(paper + "hand-in")
    for code in (f"{attempt.id}-AAAA-BBBB-CCCC-DDDD", "nonsense", "999999-AAAA", "9" * 30):
        page = reader.get(f"receipt?code={code}")
        assert page.status_code == 200
        assert "notice-error" in page.text


def test_settings_stay_as_they_are_while_a_round_is_open(quiz: Quiz, sign_in: Callable[[int], Reader]) -> None:
    organiser = sign_in(quiz.make.member(quiz.campaign, Role.ORGANISING).id)
    address = f"/c/{quiz.campaign.slug}/staff/settings/quiz"
    shown = Form(organiser.client.get(address).text).fields
    refused = organiser.client.post(
        address, data={name: value for name, value in shown.items() if name} | {"minutes": "600"}
    )
    assert refused.status_code == 422
    assert "chỉ thay đổi được thiết lập sau khi vòng thi đã đóng" in refused.text
    assert load_settings(quiz.ctx, owner=OWNER, schema=QuizSettings, campaign=quiz.campaign).value == SETTINGS


def test_a_receipt_does_not_give_away_which_options_were_chosen(quiz: Quiz) -> None:
    def digests(chosen: int) -> tuple[str, str]:
        attempt = quiz.start()
        quiz.answer(attempt, 1, chosen)
        quiz.hand_in(attempt)
        made = receipt(quiz.campaign, attempt, quiz.paper(attempt))
        return made.paper_digest, made.answers_digest

    others = [[n, ""] for n in range(2, 6)]
    plain = {digest([[1, str(chosen)], *others, ["prediction", None]]) for chosen in range(64)}
    assert not {made[1] for made in (digests(1), digests(1))} & plain
    assert digests(1)[1] != digests(1)[1]
