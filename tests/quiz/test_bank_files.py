"""The bank as files: every problem named with file, key and reason, all or nothing, and identical round trips."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.errors import InvalidData
from cuocthi_quiz.domain import bank_files, bank_writing
from cuocthi_quiz.domain.bank import write_question
from cuocthi_quiz.domain.bank_files import read_bank
from cuocthi_quiz.domain.campaign_file import export_part, import_part
from cuocthi_quiz.domain.kinds.hotspot import Hotspot, Region
from cuocthi_quiz.domain.pictures import add_picture
from cuocthi_quiz.domain.questions import QuestionData
from cuocthi_quiz.models import Question, QuestionType, Topic

from .conftest import Quiz, acting, question
from .pictures import jpeg, png
from .strategies import questions

EXAMPLE = Path(__file__).parents[2] / "examples" / "thai-binh-2024"
GOOD = bank_writing._written(question("q-1")).encode()


def problems(files: dict[str, bytes]) -> list[str]:
    with pytest.raises(InvalidData) as refused:
        read_bank(files, topics=["safety"])
    return [str(problem) for problem in refused.value.problems]


def changed(old: str, new: str) -> dict[str, bytes]:
    assert old.encode() in GOOD
    return {"questions/a.toml": GOOD.replace(old.encode(), new.encode())}


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (changed('key = "q-1"\n', ""), "questions/a.toml, question #1: “key” is missing"),
        (changed('key = "q-1"', 'key = "Câu 1"'), "questions/a.toml, question Câu 1: the key is made of"),
        (changed(", right = true", ""), "questions/a.toml, question q-1: no option is marked as right"),
        (changed('Phương án 2 của q-1"', 'khác", right = true'), "question q-1: 2 options are marked as right"),
        (changed('"safety"', '"nowhere"'), "question q-1: there is no topic “nowhere”"),
        (changed('"easy"', '"trivial"'), "question q-1: “difficulty” is easy, medium, hard, not “trivial”"),
        (
            changed('"single"', '"essay"'),
            "“type” is single, multiple, true_false, number, text, ordering, matching, hotspot, not “essay”",
        ),
        (changed("2024-09-15", '"2024-09-15"'), "question q-1: “true_as_of” has a value of the wrong kind"),
        (changed("2024-09-15", "2024-09-15T10:00:00Z"), "question q-1: “true_as_of” has a value of the wrong kind"),
        (changed("source =", "sauce ="), "question q-1: “sauce” is not known here"),
        (changed("right = true", "right = 1"), "question q-1: options[1].right: it must be true or false"),
        (changed("right = true", "correct = true"), "question q-1: options[1]: “correct” is not known here"),
        ({"questions/a.toml": GOOD, "questions/b.toml": GOOD}, "questions/b.toml, question q-1: the key is used twice"),
        ({"questions/a.toml": b"[[question"}, "questions/a.toml: the file is not valid TOML"),
        ({"questions/a.toml": "câu".encode("utf-16")}, "questions/a.toml: the file is not in UTF-8"),
        ({"questions/a.toml": b"question = 1"}, "questions/a.toml: questions are written as [[question]]"),
        ({"questions/a.toml": b"[other]"}, "questions/a.toml: “other” is not known here"),
        ({"questions/readme.md": b""}, "questions/readme.md: this is no file of questions"),
    ],
)
def test_every_problem_is_named_with_its_place(files: dict[str, bytes], named: str) -> None:
    assert any(named in problem for problem in problems(files)), problems(files)


def test_all_problems_are_named_at_once() -> None:
    files = {**changed(", right = true", ""), "questions/b.toml": b"oops", "questions/c.toml": GOOD}
    assert len(problems(files)) == 3


def test_texts_are_read_composed_and_without_space_around() -> None:
    (read,) = read_bank(changed("Giải thích của q-1.", "  Ha\u0300  "), topics=["safety"])
    assert read.explanation == "H\u00e0"


# --- round trips ---


@given(st.lists(questions(), max_size=4, unique_by=lambda question: question.key))
def test_what_is_written_reads_the_same(bank: list[QuestionData]) -> None:
    written = "\n".join(bank_writing._written(question) for question in bank).encode()
    assert read_bank({"questions/a.toml": written}, topics=["safety"]) == bank


def test_the_bank_of_2024_survives_import_and_export(quiz: Quiz) -> None:
    files = {f"questions/{path.name}": path.read_bytes() for path in sorted((EXAMPLE / "questions").glob("*.toml"))}
    target = quiz.make.campaign(plugins=("quiz",))
    keys = [path.removeprefix("questions/").removesuffix(".toml") for path in files]
    topics = [Topic(campaign_id=target.id, key=key, title=key, position=n) for n, key in enumerate(keys)]
    quiz.ctx.session.add_all(topics)
    quiz.ctx.session.flush()
    bank_files.fill_bank(
        quiz.ctx, campaign=target, topics=topics, questions=read_bank(files, topics=[topic.key for topic in topics])
    )
    written = bank_writing.write_bank(quiz.ctx, campaign=target)
    assert {name: tomllib.loads(content.decode()) for name, content in written.items()} == {
        name: tomllib.loads(content.decode()) for name, content in files.items()
    }
    assert sum(content.count(b"[[question]]") for content in written.values()) >= 150


def test_a_campaign_part_goes_out_and_in_and_out_the_same(quiz: Quiz, tmp_path: Path) -> None:
    author = acting(quiz.ctx, quiz.make.member(quiz.campaign).id)
    write_question(author, campaign=quiz.campaign, data=question("nhap-1"))
    part = export_part(quiz.ctx, campaign=quiz.campaign, folder=lambda: tmp_path)
    assert b"draft = true" in part.files["questions/safety.toml"]
    target = quiz.make.campaign(plugins=("quiz",))
    import_part(quiz.ctx, campaign=target, part=part, folder=lambda: tmp_path)
    assert export_part(quiz.ctx, campaign=target, folder=lambda: tmp_path) == part
    assert part.values["settings"]["blueprint"]


def test_a_bad_part_changes_nothing(quiz: Quiz, tmp_path: Path) -> None:
    part = export_part(quiz.ctx, campaign=quiz.campaign, folder=lambda: tmp_path)
    target = quiz.make.campaign(plugins=("quiz",))
    values = {**part.values, "topics": [*part.values["topics"], part.values["topics"][0], {"key": "Ô", "title": ""}]}
    files = {**part.files, "questions/safety.toml": part.files["questions/safety.toml"].replace(b"right", b"left", 1)}
    with pytest.raises(InvalidData) as refused:
        import_part(quiz.ctx, campaign=target, part=type(part)(values, files), folder=lambda: tmp_path)
    said = " ".join(map(str, refused.value.problems))
    assert all(word in said for word in ("is there twice", "malformed", "no title", "left")), said
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).where(Question.campaign_id == target.id)) == 0
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).where(Topic.campaign_id == target.id)) == 0


def test_a_part_is_not_laid_over_a_bank(quiz: Quiz, tmp_path: Path) -> None:
    part = export_part(quiz.ctx, campaign=quiz.campaign, folder=lambda: tmp_path)
    with pytest.raises(InvalidData):
        import_part(quiz.ctx, campaign=quiz.campaign, part=part, folder=lambda: tmp_path)


HOTSPOT = Hotspot("cong-dvc", "Trang chủ", (Region("Đăng nhập", 0, 0, 90, 90, True), Region("Tìm", 100, 0, 90, 90)))


def test_pictures_go_along_with_the_bank(quiz: Quiz, tmp_path: Path) -> None:
    for key, content in (("cong-dvc", png(30, 20)), ("so-do", jpeg(40, 50))):
        name = f"Hình.{'png' if key == 'cong-dvc' else 'jpg'}"
        add_picture(quiz.ctx, folder=tmp_path, campaign=quiz.campaign, key=key, name=name, content=content)
    author = acting(quiz.ctx, quiz.make.member(quiz.campaign).id)
    shown = replace(question("hinh-1"), type=QuestionType.HOTSPOT, body=HOTSPOT, text="Xem ![sơ đồ](picture:so-do)")
    write_question(author, campaign=quiz.campaign, data=shown)
    part = export_part(quiz.ctx, campaign=quiz.campaign, folder=lambda: tmp_path)
    assert {name for name in part.files if name.startswith("pictures/")} == {
        "pictures/cong-dvc.png",
        "pictures/so-do.jpg",
    }
    target = quiz.make.campaign(plugins=("quiz",))
    import_part(quiz.ctx, campaign=target, part=part, folder=lambda: tmp_path / "other")
    assert export_part(quiz.ctx, campaign=target, folder=lambda: tmp_path / "other") == part

    lacking = {name: content for name, content in part.files.items() if name != "pictures/so-do.jpg"}
    for files, said in ((lacking, "so-do"), ({**part.files, "pictures/x.png": b"no picture"}, "pictures/x.png")):
        third = quiz.make.campaign(plugins=("quiz",))
        with pytest.raises(InvalidData) as refused:
            import_part(quiz.ctx, campaign=third, part=type(part)(part.values, files), folder=lambda: tmp_path)
        assert any(said in str(problem) for problem in refused.value.problems)
