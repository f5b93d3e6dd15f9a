"""Near-duplicates: found whatever the order and the accents, all of them, and remembered when they are none."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Role
from cuocthi.errors import DomainError, Forbidden, Missing
from cuocthi_quiz.domain.bank import withdraw, write_question
from cuocthi_quiz.domain.duplicates import (
    LEAST,
    forget_distinction,
    found_in,
    pairs,
    resembling,
    similarity,
    tell_apart,
    words_of,
)
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.models import Question
from cuocthi_quiz.queries import duplicates as duplicate_queries

from .conftest import Quiz, acting, question

if TYPE_CHECKING:
    from cuocthi.context import Context

WORDS = st.sampled_from(["mật", "khẩu", "nào", "mạnh", "hơn", "dịch", "vụ", "công", "dữ", "liệu", "đúng", "sai"])
SETS = st.frozensets(WORDS, max_size=9)


@given(st.lists(st.text(), max_size=5), st.randoms())
def test_accents_case_signs_and_order_do_not_count(texts: list[str], chance: object) -> None:
    shuffled = list(texts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert words_of(*texts) == words_of(*shuffled)


@pytest.mark.parametrize(
    "other", ["MẬT KHẨU NÀO MẠNH?", "mat khau nao manh", "Mạnh, nào: khẩu – mật!", "mật  khẩu\nnào  mạnh"]
)
def test_the_same_words_are_the_same(other: str) -> None:
    assert similarity(words_of("Mật khẩu nào mạnh?"), words_of(other)) == 1


@given(SETS, SETS)
def test_similarity_is_mutual_and_between_nothing_and_all(one: frozenset[str], other: frozenset[str]) -> None:
    assert similarity(one, other) == similarity(other, one)
    assert 0 <= similarity(one, other) <= 1
    assert similarity(one, one) == (1 if one else 0)


@given(st.lists(SETS, max_size=12))
def test_exactly_the_pairs_that_comparing_all_with_all_finds(sets: list[frozenset[str]]) -> None:
    texts = dict(enumerate(sets))
    expected = {
        (first, second, similarity(texts[first], texts[second]))
        for first, second in combinations(texts, 2)
        if similarity(texts[first], texts[second]) >= LEAST
    }
    found = pairs(texts)
    assert len(found) == len(expected)
    assert {(pair.first, pair.second, pair.similarity) for pair in found} == expected


@pytest.fixture
def jury(quiz: Quiz) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.JURY).id)


DATA = replace(
    question("ban-goc"),
    text="Cơ quan nào cấp tài khoản định danh điện tử mức độ hai cho công dân Việt Nam?",
    body=Choice((Option("Công an cấp xã", True), Option("Bưu điện"), Option("Ngân hàng nhà nước"))),
)
ALIKE = replace(
    DATA,
    key="ban-sao",
    text="Cơ quan nào cấp tài khoản ĐỊNH DANH điện tử mức độ 2 cho công dân?",
    body=Choice((Option("Bưu điện"), Option("Ngân hàng nhà nước"), Option("công an cấp xã", True))),
)


def written(quiz: Quiz, jury: Context) -> tuple[int, int]:
    first, second = (write_question(jury, campaign=quiz.campaign, data=data) for data in (DATA, ALIKE))
    return first.question_id, second.question_id


def open_pairs(quiz: Quiz) -> set[tuple[int, int]]:
    found, _ = found_in(quiz.ctx, campaign=quiz.campaign)
    return {(pair.first, pair.second) for pair in found} - duplicate_queries.distinctions(
        quiz.ctx, campaign_id=quiz.campaign.id
    )


def test_a_question_in_other_words_is_found(quiz: Quiz, jury: Context) -> None:
    before = open_pairs(quiz)
    pair = written(quiz, jury)
    assert open_pairs(quiz) - before == {pair}
    assert resembling(quiz.ctx, campaign=quiz.campaign, data=ALIKE) == ["ban-goc"]
    withdraw(jury, campaign=quiz.campaign, question=quiz.ctx.session.get_one(Question, pair[0]))
    assert pair not in open_pairs(quiz)


def test_what_was_told_apart_is_remembered_until_it_is_taken_back(quiz: Quiz, jury: Context) -> None:
    pair = written(quiz, jury)
    for numbers in (pair, pair[::-1]):
        tell_apart(jury, campaign=quiz.campaign, question_ids=numbers)
    assert pair not in open_pairs(quiz)
    assert resembling(quiz.ctx, campaign=quiz.campaign, data=ALIKE) == []
    for _ in range(2):
        forget_distinction(jury, campaign=quiz.campaign, question_ids=pair)
    assert pair in open_pairs(quiz)
    actions = quiz.ctx.session.scalars(sa.select(AuditEvent.action)).all()
    assert (actions.count("quiz:question:tell_apart"), actions.count("quiz:question:compare_again")) == (1, 1)


def test_only_a_pair_of_this_campaign_is_told_apart_by_a_person(quiz: Quiz, jury: Context) -> None:
    pair = written(quiz, jury)
    with pytest.raises(DomainError):
        tell_apart(jury, campaign=quiz.campaign, question_ids=[pair[0], pair[0]])
    with pytest.raises(Missing):
        tell_apart(jury, campaign=quiz.make.campaign(plugins=("quiz",)), question_ids=pair)
    with pytest.raises(Forbidden):
        tell_apart(quiz.ctx, campaign=quiz.campaign, question_ids=pair)
