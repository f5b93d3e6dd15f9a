"""The campaign of 2024 as data: it is whole, follows the plan, and goes in and out of a database unchanged."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.files import CampaignSource, read_folder, read_source, times
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.cli import main
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Actor, Context
from cuocthi.contributions import Role
from cuocthi.database import configure_engine
from cuocthi.documents.queries import documents
from cuocthi.errors import Blocked, InvalidData
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.models import RankingState
from cuocthi.tasks.queries import tasks
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phases, rounds
from cuocthi.timelines.warnings import timeline_warnings
from cuocthi.units.models import Unit
from cuocthi.users.models import User
from cuocthi.users.names import fold
from cuocthi.web.i18n import translate
from cuocthi_prizes.queries import load_scheme
from cuocthi_quiz.domain.bank_files import read_bank
from cuocthi_quiz.domain.blueprint import previews
from cuocthi_quiz.domain.questions import QuestionData
from cuocthi_quiz.models import Difficulty, QuestionType

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.plugins.manager import Hooks
    from cuocthi.testing.factories import Factories

FOLDER = Path(__file__).parents[2] / "examples" / "thai-binh-2024"
TRUE_AS_OF = date(2024, 9, 15)
#: What somebody writes who has nothing to say yet.
FILLER = re.compile(r"\b(todo|tbd|fixme|lorem|xxx)\b|\.\.\.$|\?\?|phương án [a-d1-4]$|đang cập nhật", re.IGNORECASE)
#: The last days that the plan gives for what its part III.3 orders, by the place.
PLANNED = {
    "III.3.1": date(2024, 8, 25),
    "III.3.2": date(2024, 9, 15),
    "III.3.3": date(2024, 10, 9),
    "III.3.4": date(2024, 10, 10),
}
DISTRICTS = {
    "Thành phố Thái Bình",
    "Huyện Đông Hưng",
    "Huyện Hưng Hà",
    "Huyện Kiến Xương",
    "Huyện Quỳnh Phụ",
    "Huyện Thái Thụy",
    "Huyện Tiền Hải",
    "Huyện Vũ Thư",
}


@cache
def files() -> dict[str, bytes]:
    return dict(read_folder(FOLDER))


@cache
def source() -> CampaignSource:
    return read_source(files())


@cache
def bank() -> list[QuestionData]:
    return read_bank(source().parts["quiz"].files, topics=topics())


def topics() -> list[str]:
    return [topic["key"] for topic in source().parts["quiz"].values["topics"]]


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL_ZONE)  # type: ignore[arg-type, misc]


# --- the questions ---


def test_there_are_enough_questions_on_every_topic_and_of_every_difficulty() -> None:
    assert len(bank()) >= 150
    cells = Counter((question.topic, question.difficulty) for question in bank())
    assert all(cells[topic, difficulty] >= 3 for topic in topics() for difficulty in Difficulty), cells
    assert not any(question.draft for question in bank())


def test_every_question_has_a_key_that_can_be_right() -> None:
    for question in bank():
        right = sum(option.right for option in question.body.options)
        if question.type is QuestionType.MULTIPLE:
            assert 2 <= right < len(question.body.options), question.key
        else:
            assert right == 1, question.key
        least = 2 if question.type is QuestionType.TRUE_FALSE else 3
        assert len(question.body.options) >= least, question.key


def test_the_right_option_has_no_favourite_place() -> None:
    single = [question for question in bank() if question.type is QuestionType.SINGLE]
    places = Counter(next(i for i, option in enumerate(question.body.options) if option.right) for question in single)
    assert max(places.values()) < len(single) * 0.4, places


def test_every_question_says_why_and_whence_and_as_of_when() -> None:
    for question in bank():
        assert len(question.explanation) >= 40, question.key
        assert question.true_as_of == TRUE_AS_OF, question.key


def test_every_question_cites_the_article_of_an_act_or_the_numbered_place_of_a_plan() -> None:
    acts = re.compile(r"(Bộ luật|Luật|Nghị định|Thông tư|Thông tư liên tịch|Quyết định) ")
    for question in bank():
        place = r"Điều \d" if acts.match(question.source) else r"(Điều|khoản|[Mm]ục) (\d|[IVX])"
        assert re.search(place, question.source), (question.key, question.source)


def test_every_question_was_read_again_against_its_source() -> None:
    for question in bank():
        reading = question.second_reading
        assert reading is not None, question.key
        assert reading.verdict == "confirmed", question.key
        assert reading.on >= TRUE_AS_OF, question.key
        assert reading.read, f"{question.key}: what was read?"


def test_no_question_is_there_twice() -> None:
    keys = Counter(question.key for question in bank())
    texts = Counter(fold(question.text) for question in bank())
    assert [key for key, number in (keys + texts).items() if number > 1] == []


def test_every_text_is_composed_vietnamese_without_filler() -> None:
    for question in bank():
        for text in (question.text, question.explanation, *(option.text for option in question.body.options)):
            assert not FILLER.search(text), (question.key, text)
        assert not question.text.isascii(), question.key
    for name, content in files().items():
        text = content.decode()
        assert unicodedata.is_normalized("NFC", text), name


# --- units ---


def test_the_units_are_those_of_the_province_in_september_2024() -> None:
    rows = {row.code: row for row in source().units}
    assert {row.name for row in rows.values() if row.kind == "district"} == DISTRICTS
    communes = Counter(rows[row.parent].name for row in rows.values() if row.kind == "commune")
    assert communes.keys() == DISTRICTS
    assert communes.total() == 260
    assert (communes["Huyện Tiền Hải"], communes["Huyện Đông Hưng"]) == (32, 38)
    assert [row.name for row in rows.values() if not row.parent] == ["Tỉnh Thái Bình"]
    assert [row.name for row in rows.values() if row.kind == "other"] == ["Đơn vị khác"]
    above = [row.code for row in rows.values()]
    assert all(above.index(row.parent) < above.index(row.code) for row in rows.values() if row.parent)


def test_people_are_counted_where_they_work_and_live() -> None:
    assert set(source().core.categories) == {"officials", "residents"}
    for row in source().units:
        assert row.headcounts.keys() == {"officials", "residents"}
        if row.kind == "commune":
            assert row.headcounts["residents"] > row.headcounts["officials"] > 0, row.code
        elif row.kind in {"department", "district"}:
            assert row.headcounts["officials"] > row.headcounts["residents"] == 0, row.code
    aliases = Counter(fold(alias) for row in source().units for alias in row.aliases)
    assert [alias for alias, number in aliases.items() if number > 1] == []


# --- the plan ---


def test_the_phases_are_those_of_the_plan_with_the_round_as_the_rules_set_it() -> None:
    found = {phase.kind: [times(window) for window in phase.windows] for phase in source().core.phases}
    spans = {kind: [(span.opens_at, span.closes_at) for span in windows] for kind, windows in found.items()}
    closes = moment(2024, 10, 5, 17)
    assert spans == {
        PhaseKind.PREPARATION: [(moment(2024, 8, 21), moment(2024, 8, 26))],
        PhaseKind.LAUNCH: [(moment(2024, 9, 10), moment(2024, 9, 16))],
        PhaseKind.CONTEST: [(moment(2024, 9, 15), closes)],
        # The plan's 1/10 lies within the round; what is left of its days begins when the round has closed.
        PhaseKind.JUDGING: [(closes, moment(2024, 10, 10))],
        PhaseKind.CEREMONY: [(moment(2024, 10, 10), moment(2024, 10, 11))],
    }


def test_the_committees_are_those_of_the_plan() -> None:
    committees = {committee.role: committee.title for committee in source().core.committees}
    assert committees == {
        Role.ORGANISING: "Ban Tổ chức",
        Role.JURY: "Ban Giám khảo",
        Role.SUPPORT: "Tổ Giúp việc",
        Role.OVERSIGHT: "Thanh tra Sở",
    }


def test_the_tasks_are_those_of_the_plan_with_their_days_and_holders(ctx: Context) -> None:
    campaign = import_campaign(ctx, files=files())
    found = tasks(ctx, campaign_ids=[campaign.id])
    assert all(task.committee is not None for task in found), "the plan charges somebody with each"
    assert all(task.note.startswith("Mục ") for task in found), "and says so in a place"
    assert all(re.search(r"\d{4}", f"{task.title} {task.note}") is None for task in found), "they are those of any year"
    days = {place: max(task.due_on for task in found if place in task.note) for place in PLANNED}
    assert days == PLANNED
    ready = [task.due_on for task in found if "phần mềm" in task.title or "đáp án" in task.title]
    assert max(ready) < rounds(ctx, campaign_id=campaign.id)[0].opens_at.astimezone(LOCAL_ZONE).date()


def test_the_documents_have_number_issuer_and_date() -> None:
    facts = {document.symbol: (document.issuer, document.issued_on) for document in source().core.documents}
    assert facts["52/KH-STTTT"] == ("Sở Thông tin và Truyền thông", date(2024, 8, 16))
    assert facts["48/KH-STTTT"] == ("Sở Thông tin và Truyền thông", date(2024, 8, 1))
    assert facts["118/KH-UBND"] == ("Ủy ban nhân dân tỉnh", date(2024, 7, 29))
    assert facts["02-NQ/TU"] == ("Ban Chấp hành Đảng bộ tỉnh", date(2021, 11, 19))
    assert facts["505/QĐ-TTg"] == ("Thủ tướng Chính phủ", date(2022, 4, 22))
    assert all(symbol and issuer and issued for symbol, (issuer, issued) in facts.items())


def test_the_ranking_and_what_the_public_sees_are_as_the_rules_say() -> None:
    ranking = source().ranking
    assert ranking is not None
    order = [(criterion.key, str(criterion.direction)) for criterion in ranking.criteria]
    assert order == [("score", "highest"), ("duration_ms", "lowest"), ("prediction_error", "lowest")]
    assert (ranking.counted, ranking.public_places) == ("first", 0)


def test_what_is_not_the_schema_is_refused_with_its_place() -> None:
    table = files()["campaign.toml"].decode()
    for old, new, named in (
        ('kind = "launch"', 'kind = "party"', "phases[1].kind"),
        ("number = 1\n", 'number = "one"\n', "phases[2].number"),
        ('slug = "chuyen-doi-so-2024"', 'slug = "chuyen-doi-so-2024"\nslogan = "x"', "“slogan”"),
        ('replaces = "kh-48"', 'replaces = "kh-47"', "documents[1].replaces"),
        ('opens = "2024-09-15 00:00"', 'opens = "15/9/2024"', "phases[2].windows[0]"),
    ):
        assert old in table
        with pytest.raises(InvalidData) as refused:
            read_source({**files(), "campaign.toml": table.replace(old, new, 1).encode()})
        said = [str(problem) for problem in refused.value.problems]
        assert any("campaign.toml" in problem and named in problem for problem in said), said


# --- in a database ---


def test_the_campaign_goes_in_and_out_and_in_and_out_the_same(
    ctx: Context, hooks: Hooks, sqlite_template: Path, tmp_path: Path
) -> None:
    campaign = import_campaign(ctx, files=files())

    found = documents(ctx, campaign_id=campaign.id, public_only=False)
    assert len(found) == 10
    replaced = {d.symbol: d.replaces.symbol for d in found if d.replaces}
    assert replaced == {"52/KH-STTTT": "48/KH-STTTT"}
    assert load_scheme(ctx, campaign=campaign).value.sets[0].cost == 7_100_000
    other = ctx.session.scalars(sa.select(Unit).where(Unit.kind == "other")).one()
    assert (other.name, other.selectable) == ("Đơn vị khác", True)
    (round_,) = rounds(ctx, campaign_id=campaign.id)
    (papers,) = previews(ctx, campaign=campaign, round_=round_)
    assert (papers.questions, papers.problems) == (20, ())
    assert timeline_warnings(phases(ctx, campaign_id=campaign.id)) == []

    first = export_campaign(ctx, campaign=campaign)
    again = read_source(first)
    assert (again.core, again.ranking) == (source().core, source().ranking)
    assert read_bank(again.parts["quiz"].files, topics=topics()) == bank()
    assert {row.code: row for row in again.units} == {row.code: row for row in source().units}

    # Wherever it came from, the second database is the embedded one: what is compared are both kinds.
    path = tmp_path / "second.sqlite3"
    shutil.copyfile(sqlite_template, path)
    engine = sa.create_engine(f"sqlite:///{path}")
    configure_engine(engine)
    with Session(engine) as session:
        elsewhere = Context(session=session, hooks=hooks, now=ctx.now + timedelta(days=400))
        second = export_campaign(elsewhere, campaign=import_campaign(elsewhere, files=first))
    engine.dispose()
    assert second == first


def test_the_plans_own_dates_are_warned_of_and_nothing_is_adopted_while_the_round_is_open(
    ctx: Context, app: Flask, make: Factories
) -> None:
    table = files()["campaign.toml"].decode()
    for ours, plans in (
        ('closes = "2024-10-05 17:00"', 'closes = "2024-10-10 24:00"'),
        ('opens = "2024-10-05 17:00"', 'opens = "2024-10-01 00:00"'),
    ):
        assert table.count(ours) == 1
        table = table.replace(ours, plans)
    campaign = import_campaign(ctx, files=files() | {"campaign.toml": table.encode()})
    timeline = phases(ctx, campaign_id=campaign.id)

    with app.app_context():
        said = [translate(text) for text in timeline_warnings(timeline)]
    assert len(said) == 2
    assert "“Thi trực tuyến” kết thúc lúc 24h00 ngày 10/10/2024" in said[0]
    assert "“Tổng kết, trao giải”" in said[0]
    assert "“Chấm thi, thông qua kết quả”" in said[1]

    (round_,) = rounds(ctx, campaign_id=campaign.id)
    staff = [Actor(make.member(campaign).id) for _ in range(2)]
    meeting = replace(ctx, now=moment(2024, 10, 9, 8), actor=staff[0])
    ranking = build_ranking(meeting, campaign=campaign, round_=round_)
    submit_ranking(meeting, ranking=ranking)
    with app.app_context():
        with pytest.raises(Blocked) as refused:
            adopt_ranking(meeting, ranking=ranking)
        (reason,) = (translate(reason) for reason in refused.value.reasons)
        assert "“Thi trực tuyến”" in reason
        assert "00h00 ngày 11/10/2024" in reason
        assert ranking.adopted_at is None

        for person in staff:
            adopt_ranking(replace(meeting, now=moment(2024, 10, 11), actor=person), ranking=ranking)
    assert ranking.state is RankingState.ADOPTED


def test_a_broken_question_keeps_the_whole_campaign_out(ctx: Context) -> None:
    name = "questions/ky-nang-so.toml"
    broken = {**files(), name: files()[name].replace(b", right = true", b"", 1)}
    with pytest.raises(InvalidData) as refused:
        import_campaign(ctx, files=broken)
    assert any(name in str(problem) and "no option is marked" in str(problem) for problem in refused.value.problems)
    for model in (Campaign, Unit):
        assert ctx.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0


def test_the_demonstration_opens_the_campaign_with_its_round_running(ctx: Context, app: Flask) -> None:
    for _ in range(2):
        result = app.test_cli_runner().invoke(main, ["demo", "--folder", str(FOLDER)])
        assert result.exit_code == 0, result.output
        assert "/c/chuyen-doi-so-2024/" in result.output
        assert "btc1@demo.example" in result.output
    campaign = ctx.session.scalars(sa.select(Campaign)).one()
    assert campaign.state is CampaignState.OPEN
    (round_,) = rounds(ctx, campaign_id=campaign.id)
    assert round_.opens_at <= ctx.now < round_.closes_at
    assert abs(round_.closes_at - ctx.now - timedelta(days=3)) <= timedelta(hours=12)
    today = ctx.now.astimezone(LOCAL_ZONE).date()
    assert all((task.done_at is not None) == (task.due_on < today) for task in tasks(ctx, campaign_ids=[campaign.id]))
    people = ctx.session.scalars(sa.select(User)).all()
    assert len(people) == 4
    assert all(user.is_demo for user in people), "they sign in from this machine only"
