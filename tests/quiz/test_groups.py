"""Groups, tags and divisions: what is asked for is drawn, and what a person saw stays."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.quiz.conftest import SETTINGS, Quiz, acting, approve_by_two, question

from cuocthi.campaigns.divisions import remove_division
from cuocthi.campaigns.models import Division
from cuocthi.context import Context
from cuocthi.contributions import Role
from cuocthi.errors import Conflict, DomainError, InvalidData
from cuocthi_quiz.domain.attempts import candidates
from cuocthi_quiz.domain.bank import write_question
from cuocthi_quiz.domain.bank_files import fill_bank, read_bank
from cuocthi_quiz.domain.bank_writing import write_bank
from cuocthi_quiz.domain.groups import write_group
from cuocthi_quiz.models import Difficulty, Question, Revision, Topic
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries import groups as queries
from cuocthi_quiz.settings import BlueprintRow

PAIR = replace(SETTINGS, blueprint=(BlueprintRow("safety", number=2, together=2),))


@pytest.fixture
def author(quiz: Quiz) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.ORGANISING).id)


def approve_all(quiz: Quiz) -> None:
    drafts = quiz.ctx.session.query(Revision).filter(Revision.state == "draft").all()
    for draft in drafts:
        approve_by_two(quiz, draft)


def group(quiz: Quiz, author: Context, text: str = "Chị Lan nhận được một tin nhắn.") -> None:
    write_group(author, campaign=quiz.campaign, key="tin-nhan", text=text, questions=["de-2", "de-1"])


def keys(quiz: Quiz) -> list[str]:
    return [row.question_key for row in quiz.paper(quiz.start())]


def test_a_group_is_drawn_once_all_its_questions_are_approved(quiz: Quiz, author: Context) -> None:
    group(quiz, author)
    quiz.set(PAIR)
    with pytest.raises(Conflict):
        quiz.start()
    approve_all(quiz)
    attempt = quiz.start()
    assert [(row.question_key, row.group_text) for row in quiz.paper(attempt)] == [
        ("de-2", "Chị Lan nhận được một tin nhắn."),
        ("de-1", "Chị Lan nhận được một tin nhắn."),
    ]


def test_another_wording_leaves_papers_as_they_were(quiz: Quiz, author: Context) -> None:
    group(quiz, author)
    approve_all(quiz)
    quiz.set(PAIR)
    before = quiz.start()
    former = queries.group_of(quiz.ctx, campaign_id=quiz.campaign.id, key="tin-nhan")
    write_group(
        author, campaign=quiz.campaign, key="tin-nhan", text="Anh Nam.", questions=["de-1", "de-2"], former=former
    )
    approve_all(quiz)
    assert {row.group_text for row in quiz.paper(before)} == {"Chị Lan nhận được một tin nhắn."}
    assert [(row.question_key, row.group_text) for row in quiz.paper(quiz.start())] == [
        ("de-1", "Anh Nam."),
        ("de-2", "Anh Nam."),
    ]
    with pytest.raises(Conflict):
        write_group(
            author, campaign=quiz.campaign, key="tin-nhan", text="Cũ", questions=["de-1", "de-2"], former=former
        )


def test_a_new_wording_of_a_question_keeps_its_group(quiz: Quiz, author: Context) -> None:
    group(quiz, author)
    found = quiz.ctx.session.query(Question).filter_by(key="de-1").one()
    written = write_question(author, campaign=quiz.campaign, data=question("de-1"), question=found)
    assert (written.group_text, written.group_place) == ("Chị Lan nhận được một tin nhắn.", 2)


@pytest.mark.parametrize(
    ("key", "text", "questions"),
    [
        ("Sai", "Có", ["de-1", "de-2"]),
        ("dung", " ", ["de-1", "de-2"]),
        ("dung", "Có", ["de-1"]),
        ("dung", "Có", ["de-1", "de-1"]),
        ("dung", "Có", ["de-1", "khong-co"]),
        ("dung", "Có", ["de-1", "dvc-1"]),
        ("dung", "Có", ["de-1", "de-3"]),
    ],
)
def test_a_group_that_cannot_be_is_refused(
    quiz: Quiz, author: Context, key: str, text: str, questions: list[str]
) -> None:
    write_group(author, campaign=quiz.campaign, key="khac", text="Khác", questions=["de-3", "de-4"])
    with pytest.raises(DomainError):
        write_group(author, campaign=quiz.campaign, key=key, text=text, questions=questions)


def test_rows_with_a_tag_are_filled_with_questions_that_have_it(quiz: Quiz, author: Context) -> None:
    data = replace(question("moi-1"), tags=("mật khẩu",))
    approve_by_two(quiz, write_question(author, campaign=quiz.campaign, data=data))
    quiz.set(replace(SETTINGS, blueprint=(BlueprintRow(tag="mật khẩu"), BlueprintRow("services"))))
    assert sorted(keys(quiz)) == ["dvc-1", "moi-1"]
    assert bank_queries.tags(quiz.ctx, campaign_id=quiz.campaign.id) == ["mật khẩu"]
    rows, total = bank_queries.questions(quiz.ctx, campaign_id=quiz.campaign.id, narrowed={"tag": "mật khẩu"})
    assert (total, [row.key for row in rows]) == (1, ["moi-1"])
    assert bank_queries.questions(quiz.ctx, campaign_id=quiz.campaign.id, narrowed={"tag": "mật"})[1] == 0


def test_each_division_has_its_rows_and_its_questions(quiz: Quiz, author: Context) -> None:
    youth, grown = (
        Division(campaign_id=quiz.campaign.id, key=key, name=name)
        for name, key in [("Học sinh", "hs"), ("Công chức", "cc")]
    )
    quiz.ctx.session.add_all([youth, grown])
    quiz.ctx.session.flush()
    quiz.ctx.session.refresh(quiz.campaign)
    data = replace(question("hs-1", topic="services"), division="hs")
    approve_by_two(quiz, write_question(author, campaign=quiz.campaign, data=data))
    rows = (BlueprintRow("services", Difficulty.EASY, 2, division="hs"), BlueprintRow("services", division="cc"))
    quiz.set(replace(SETTINGS, blueprint=rows))
    papers = []
    for division in (youth, grown):
        person = quiz.person()
        person.division_id = division.id
        quiz.ctx.session.flush()
        papers.append(sorted(row.question_key for row in quiz.paper(quiz.start(person))))
    assert papers == [["dvc-1", "hs-1"], ["dvc-1"]]
    with pytest.raises(Conflict):
        remove_division(author, campaign=quiz.campaign, division=youth)


def test_questions_for_practice_are_never_on_a_paper(quiz: Quiz, author: Context) -> None:
    data = replace(question("tap-1"), for_practice=True)
    approve_by_two(quiz, write_question(author, campaign=quiz.campaign, data=data))
    assert "tap-1" not in {candidate.key for candidate in candidates(quiz.ctx, round_=quiz.round_)}


def test_a_division_that_is_not_there_is_refused(quiz: Quiz, author: Context) -> None:
    with pytest.raises(DomainError):
        write_question(author, campaign=quiz.campaign, data=replace(question("moi-1"), division="khong-co"))


def test_files_carry_groups_tags_and_practice(quiz: Quiz, author: Context) -> None:
    group(quiz, author)
    data = replace(question("tap-1"), for_practice=True, tags=("a b", "mật khẩu"))
    write_question(author, campaign=quiz.campaign, data=data)
    written = write_bank(quiz.ctx, campaign=quiz.campaign)
    approve_all(quiz)
    written = write_bank(quiz.ctx, campaign=quiz.campaign)
    target = quiz.make.campaign(plugins=("quiz",))
    topics = [
        Topic(campaign_id=target.id, key=topic.key, title=topic.title, position=topic.position) for topic in quiz.topics
    ]
    quiz.ctx.session.add_all(topics)
    quiz.ctx.session.flush()
    read = read_bank(written, topics=["safety", "services"])
    assert [one.key for one in read if one.group] == ["de-2", "de-1"]
    fill_bank(quiz.ctx, campaign=target, topics=topics, questions=read)
    assert write_bank(quiz.ctx, campaign=target) == written


def test_a_group_of_one_cannot_be_read(quiz: Quiz) -> None:
    alone = replace(question("q-1"), group="le", group_text="Một mình")
    target = quiz.make.campaign(plugins=("quiz",))
    topics = [Topic(campaign_id=target.id, key="safety", title="An toàn", position=1)]
    quiz.ctx.session.add_all(topics)
    quiz.ctx.session.flush()
    with pytest.raises(InvalidData):
        fill_bank(quiz.ctx, campaign=target, topics=topics, questions=[alone])
