"""Statistics: persons and entries kept apart, in time and by group; small groups out; compared with the time before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.entrants import ENTRANTS_OWNER, Ask, EntrantRules
from cuocthi.campaigns.models import Campaign, Headcount
from cuocthi.campaigns.settings import save_settings
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Column, PublicationSection, ResultRow
from cuocthi.enrolments.models import Enrolment
from cuocthi.security.personal_data import Vault
from cuocthi.standings.results import post_results
from cuocthi.units.models import Unit
from cuocthi.users.profiles import complete_profile
from cuocthi_publishing.domain.releases import make as make_release
from cuocthi_publishing.domain.small_groups import NOT_SHOWN, without_small_groups
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.domain.tables import as_section
from cuocthi_publishing.settings import PublishSettings
from cuocthi_publishing.statistics.comparison import comparable, compared_with, comparison
from cuocthi_publishing.statistics.sections import count, statistics
from cuocthi_publishing.statistics.unit_sections import unit_sections
from cuocthi_publishing.wording import speaker

from .conftest import Contest

SAY = speaker("vi")
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Crowd:
    """People of a contest, made by the dozen."""

    def __init__(self, contest: Contest, vault: Vault) -> None:
        self.contest, self.vault = contest, vault
        self.rows: list[ResultRow] = []

    def join(self, number: int, unit: Unit) -> list[Enrolment]:
        """Enrol so many people from a unit."""
        return [self.contest.make.enrolment(self.contest.campaign, unit=unit) for _ in range(number)]

    def finish(self, people: Sequence[Enrolment], at: datetime, entry: str = "1") -> None:
        """Let people hand in an entry at a moment."""
        begun = at - timedelta(minutes=5)
        self.rows += [ResultRow(one.id, entry, 10_000, 20_000, 60_000, begun, at) for one in people]
        contest = self.contest
        post_results(contest.ctx, campaign=contest.campaign, round_=contest.round_, source="sprint", rows=self.rows)

    def sections(self, campaign: Campaign | None = None) -> dict[str, dict[str, Any]]:
        """Return all sections of the statistics and the units by their keys."""
        ctx, counted = self.contest.ctx, count(self.contest.ctx, campaign=campaign or self.contest.campaign)
        found = [*statistics(ctx, counted=counted, say=SAY, vault=self.vault), *unit_sections(counted.units, SAY)]
        return {one["key"]: one for one in found}


@pytest.fixture
def crowd(contest: Contest, vault: Vault) -> Crowd:
    for table in (Enrolment, Headcount):
        contest.ctx.session.execute(sa.delete(table))
    return Crowd(contest, vault)


def unit(crowd: Crowd, name: str, kind: str = "", block: str = "", entitled: int = 0) -> Unit:
    made = crowd.contest.make.unit(name)
    made.kind, made.block = kind, block
    crowd.contest.ctx.session.flush()
    if entitled:
        crowd.contest.make.headcount(crowd.contest.campaign, made, entitled)
    return made


def local(day: int, hour: int) -> datetime:
    return datetime(2024, 9, day, hour, 30, tzinfo=LOCAL_ZONE)


# --- what is counted ------------------------------------------------------------------------------------------------


def test_the_stages_are_persons_and_say_how_many_entries_there_are(crowd: Crowd) -> None:
    people = crowd.join(12, unit(crowd, "Sở A", entitled=40))
    crowd.finish(people[:10], local(16, 8))
    crowd.finish(people[:6], local(17, 8), entry="2")
    found = crowd.sections()["funnel"]
    assert [row[1:] for row in found["rows"]] == [[40, None], [12, 100_000], [10, 83_300], [10, 83_300]]
    assert "16 lượt" in found["note"]


def test_days_and_hours_are_those_of_viet_nam_and_days_between_stand_there_with_nobody(crowd: Crowd) -> None:
    people = crowd.join(14, unit(crowd, "Sở A"))
    crowd.finish(people[:6], local(16, 23))
    crowd.finish(people, local(18, 1), entry="2")
    found = crowd.sections()
    days = {row[0]: row[2:] for row in found["days"]["rows"]}
    assert (days["16/09/2024"], days["17/09/2024"], days["18/09/2024"]) == ([6, 6], [0, 0], [14, 14])
    hours = {row[0]: row[2:] for row in found["hours"]["rows"]}
    assert len(hours) == 24
    assert (hours["23h"], hours["01h"], hours["12h"]) == ([6, 6], [14, 14], [0, 0])


def test_who_hands_in_twice_on_a_day_is_one_person_and_two_entries(crowd: Crowd) -> None:
    people = crowd.join(7, unit(crowd, "Sở A"))
    crowd.finish(people, local(16, 8))
    crowd.finish(people, local(16, 9), entry="2")
    assert next(row[2:] for row in crowd.sections()["days"]["rows"] if row[0] == "16/09/2024") == [7, 14]


def test_an_excluded_person_is_in_no_figure(crowd: Crowd) -> None:
    people = crowd.join(9, unit(crowd, "Sở A"))
    crowd.finish(people, local(16, 8))
    people[0].state, people[0].excluded_reason = people[0].state.EXCLUDED, "Thành viên Ban Tổ chức"
    crowd.contest.ctx.session.flush()
    assert crowd.sections()["funnel"]["rows"][-1][1] == 8


def test_kinds_blocks_categories_and_divisions_each_tell_of_everybody(crowd: Crowd) -> None:
    division = crowd.contest.make.division(crowd.contest.campaign)
    officials = crowd.join(11, unit(crowd, "Sở A", "Sở, ngành", "Khối 1", 20))
    for one in officials:
        one.division_id = division.id
    crowd.finish(officials, local(16, 8))
    crowd.join(7, unit(crowd, "Xã B", "Xã", "Khối 2"))
    found = crowd.sections()
    for key in ("kinds", "blocks", "categories", "divisions"):
        assert sum(row[1] for row in found[key]["rows"]) == 18, key
        assert sum(row[3] for row in found[key]["rows"]) == 11, key
    assert found["kinds"]["rows"] == [
        ["Sở, ngành", 11, 11, 11, 11, 20, 55_000],
        ["Xã", 7, 0, 0, 0, None, None],
    ]


def test_units_stand_by_their_rate_and_those_with_the_lowest_by_themselves(crowd: Crowd) -> None:
    for number in range(21):
        people = crowd.join(5 + number, unit(crowd, f"Sở {number:02}", entitled=30))
        crowd.finish(people, local(16, 8))
    found = crowd.sections()
    rates = [row[-1] for row in found["participation"]["rows"]]
    assert rates == sorted(rates, reverse=True)
    assert found["participation"]["drawn"] == ["rate"]
    assert [row[0] for row in found["lowest"]["rows"]] == [f"Sở {number:02}" for number in range(10)]


def test_ages_are_those_on_the_day_of_the_rules_where_they_are_asked(crowd: Crowd) -> None:
    assert "ages" not in crowd.sections()
    rules = EntrantRules(birth_date=Ask.OPTIONAL, ages_as_of="2024-09-15")
    save_settings(crowd.contest.ctx, owner=ENTRANTS_OWNER, campaign=crowd.contest.campaign, value=rules)
    people = crowd.join(18, unit(crowd, "Sở A"))
    crowd.finish(people[:6], local(16, 8))
    for place, person in enumerate(people[:12]):
        born = date(2006, 9, 15) if place < 6 else date(2006, 9, 16)
        complete_profile(crowd.contest.ctx, user_id=person.user_id, birth_date=born, citizen_id="", vault=crowd.vault)
    found = crowd.sections()["ages"]
    assert found["rows"] == [["dưới 18", 6, 0], ["18 đến 24", 6, 6], ["không nêu", 6, 0]]
    assert "15/09/2024" in found["note"]
    with pytest.raises(ValueError, match="vault"):
        list(
            statistics(
                crowd.contest.ctx,
                counted=count(crowd.contest.ctx, campaign=crowd.contest.campaign),
                say=SAY,
                vault=None,
            )
        )


# --- small groups ---------------------------------------------------------------------------------------------------


def test_a_small_unit_is_shown_nowhere_and_cannot_be_the_rest_of_its_kind(crowd: Crowd) -> None:
    for name, kind, number in (("Xã A", "Xã", 3), ("Xã B", "Xã", 8), ("Xã C", "Xã", 20), ("Sở D", "Sở", 30)):
        crowd.finish(crowd.join(number, unit(crowd, name, kind)), local(16, 8))
    found = crowd.sections()
    shown = {row[0]: row[3] for row in found["participation"]["rows"]}
    assert shown == {"Sở D": 30, "Xã C": 20, "Xã A": NOT_SHOWN, "Xã B": NOT_SHOWN}
    assert [row[3] for row in found["kinds"]["rows"]] == [30, 31]
    assert "dưới 5 người" in found["participation"]["note"]


@on_one_database
def test_a_unit_that_is_hidden_in_the_whole_contest_is_hidden_in_each_round(crowd: Crowd) -> None:
    contest = crowd.contest
    contest.people = []
    for name, number in (("Xã A", 3), ("Xã B", 8), ("Xã C", 20)):
        contest.people += crowd.join(number, unit(crowd, name, "Xã"))
    contest.adopt([10] * 31)
    rows = next(one for one in snapshot_of(contest.release())["sections"] if one["key"] == "units-round-1")["rows"]
    assert {row[0]: row[1] for row in rows} == {"Xã A": NOT_SHOWN, "Xã B": NOT_SHOWN, "Xã C": 20}


def test_where_nothing_can_be_shown_there_is_no_table(crowd: Crowd) -> None:
    crowd.finish(crowd.join(3, unit(crowd, "Xã A", "Xã")), local(16, 8))
    found = crowd.sections()
    assert {"participation", "kinds"}.isdisjoint(found)
    assert found["days"]["rows"] == []
    assert "quá ít" in found["days"]["note"]
    assert {row[1] for row in found["funnel"]["rows"]} == {NOT_SHOWN}


def test_no_note_says_what_the_table_keeps_back(crowd: Crowd) -> None:
    people = crowd.join(9, unit(crowd, "Sở A"))
    for entry in ("1", "2"):
        crowd.finish(people[:3], local(16, 8), entry=entry)
    found = crowd.sections()
    assert found["funnel"]["rows"][-1][1] == NOT_SHOWN
    assert not [one["key"] for one in found.values() if {"3", "6"} & set(one["note"].split())]


def test_people_of_no_category_are_counted_with_the_others(crowd: Crowd) -> None:
    people = crowd.join(25, unit(crowd, "Sở A"))
    for one, category in zip(people, ["official"] * 12 + ["resident"] * 6 + ["former"] * 3 + [""] * 4, strict=True):
        one.category = category
    crowd.contest.ctx.session.flush()
    rows = {row[0]: row[1] for row in crowd.sections()["categories"]["rows"]}
    assert rows == {"Cán bộ, công chức, viên chức": 12, "Người dân": 6, "không nêu": 7}


PERSONS = Column("persons", "Người", "integer", persons="persons")
ENTRIES = Column("entries", "Lượt", "integer", persons="persons")


def test_what_follows_from_a_small_number_is_hidden_with_it() -> None:
    rows = without_small_groups([Column("name", "Tên"), ENTRIES, PERSONS], [["a", 9, 3], ["b", 20, 10], ["c", 40, 30]])
    assert rows == [["a", "*", "*"], ["b", "*", "*"], ["c", 40, 30]]


def test_the_rest_of_a_group_is_a_group() -> None:
    right = Column("right", "Trả lời đúng", "integer", persons="right", of="persons")
    rows = without_small_groups([PERSONS, right], [[100, 98], [100, 50], [100, 3]], parts=False)
    assert rows == [[100, "*"], [100, 50], [100, "*"]]


def test_the_note_of_a_table_that_is_withheld_is_withheld_with_it() -> None:
    section = PublicationSection("scores", "Điểm", [ENTRIES, PERSONS], [(4, 3), (0, 0)], "4 bài thi của 3 người.")
    made = as_section(section, SAY)
    assert (made["rows"], "4 bài thi" in made["note"]) == ([], False)


def test_a_table_without_persons_stays_as_it_is() -> None:
    section = PublicationSection("faq", "Hỏi đáp", [Column("asked", "Số câu", "integer")], [(2,)])
    assert as_section(section, SAY)["rows"] == [[2]]


# --- compared with the contest before -------------------------------------------------------------------------------


@pytest.fixture
def before(crowd: Crowd) -> Campaign:
    """The contest of the year before, with twelve people of whom ten handed in."""
    contest, make = crowd.contest, crowd.contest.make
    earlier = make.campaign("hoi-thi-2023", plugins=("sprint", "publishing"))
    round_ = make.round(earlier, "sprint", closes_at=contest.round_.closes_at)
    people = [make.enrolment(earlier, unit=make.unit("Sở Cũ") if not place else None) for place in range(12)]
    rows = [ResultRow(one.id, "1", 10_000, 20_000, 60_000, round_.opens_at, round_.opens_at) for one in people[:10]]
    post_results(contest.ctx, campaign=earlier, round_=round_, source="sprint", rows=rows)
    return earlier


def test_the_comparison_counts_both_alike(crowd: Crowd, before: Campaign) -> None:
    crowd.finish(crowd.join(30, unit(crowd, "Sở A"))[:25], local(16, 8))
    ctx, campaign = crowd.contest.ctx, crowd.contest.campaign
    found = {one["key"]: one for one in comparison(count(ctx, campaign=campaign), count(ctx, campaign=before), SAY)}
    assert [row[1:] for row in found["comparison"]["rows"]] == [
        [30, 12, 250_000],
        [25, 10, 250_000],
        [25, 10, 250_000],
        [25, 10, 250_000],
    ]
    assert before.name in found["comparison"]["note"]
    assert found["compared-categories"]["rows"] == [["Cán bộ, công chức, viên chức", 25, 10, 250_000]]


def test_a_change_from_a_small_number_is_not_told(crowd: Crowd, before: Campaign) -> None:
    crowd.finish(crowd.join(3, unit(crowd, "Sở A")), local(16, 8))
    ctx, campaign = crowd.contest.ctx, crowd.contest.campaign
    whole, *_ = comparison(count(ctx, campaign=campaign), count(ctx, campaign=before), SAY)
    assert {tuple(row[1:]) for row in whole["rows"]} == {("*", 12, None), ("*", 10, None)}


def test_what_the_table_of_categories_keeps_back_the_comparison_keeps_back_too(crowd: Crowd, before: Campaign) -> None:
    people = crowd.join(53, unit(crowd, "Sở A"))
    for place, one in enumerate(people):
        one.category = "" if place == 0 else "official" if place < 13 else "resident"
    crowd.finish(people[1:51], local(16, 8))
    ctx, campaign = crowd.contest.ctx, crowd.contest.campaign
    assert [row[1:] for row in crowd.sections()["categories"]["rows"]] == [["*"] * 4, [40, 38, 38, 38], ["*"] * 4]
    found = {one["key"]: one for one in comparison(count(ctx, campaign=campaign), count(ctx, campaign=before), SAY)}
    assert [row[1] for row in found["compared-categories"]["rows"]] == ["*", 38, "*"]


def test_the_settings_choose_with_which_contest_to_compare(crowd: Crowd, before: Campaign) -> None:
    ctx, campaign = crowd.contest.ctx, crowd.contest.campaign

    def chosen(settings: PublishSettings) -> Campaign | None:
        return compared_with(ctx, campaign=campaign, settings=settings)

    assert chosen(PublishSettings()) is None
    assert chosen(PublishSettings(compared_with=before.slug)) is None, "others have published nothing of it"
    assert chosen(PublishSettings(compared_with=campaign.slug)) is None
    campaign.earlier_id = before.id
    assert chosen(PublishSettings()) == before
    assert chosen(PublishSettings(compared_with=before.slug)) == before
    assert chosen(PublishSettings(comparison=False, compared_with=before.slug)) is None


def test_a_contest_that_published_can_be_compared_with(crowd: Crowd, before: Campaign) -> None:
    contest = crowd.contest
    contest.people = crowd.join(20, unit(crowd, "Sở A"))
    contest.adopt([10] * 20)
    contest.publish()
    assert comparable(contest.ctx, campaign=before, slug=contest.campaign.slug) == contest.campaign


def test_no_change_is_told_from_a_number_that_was_small_the_time_before(crowd: Crowd, before: Campaign) -> None:
    crowd.finish(crowd.join(3, unit(crowd, "Sở A")), local(16, 8))
    ctx, campaign = crowd.contest.ctx, crowd.contest.campaign
    whole, *_ = comparison(count(ctx, campaign=before), count(ctx, campaign=campaign), SAY)
    assert {tuple(row[1:]) for row in whole["rows"]} == {(12, "*", None), (10, "*", None)}


def test_a_release_holds_the_comparison(crowd: Crowd, before: Campaign) -> None:
    contest = crowd.contest
    contest.people = crowd.join(20, unit(crowd, "Sở A"))
    contest.campaign.earlier_id = before.id
    contest.adopt([10] * 20)
    keys = [one["key"] for one in snapshot_of(contest.release())["sections"]]
    assert keys[keys.index("categories") + 1 :][:2] == ["comparison", "compared-categories"]


# --- cost -----------------------------------------------------------------------------------------------------------


def test_the_statements_do_not_grow_with_people_units_and_days(crowd: Crowd, statements: Callable[[], int]) -> None:
    rules = EntrantRules(birth_date=Ask.OPTIONAL)
    save_settings(crowd.contest.ctx, owner=ENTRANTS_OWNER, campaign=crowd.contest.campaign, value=rules)
    crowd.finish(crowd.join(6, unit(crowd, "Sở A", "Sở")), local(16, 8))
    crowd.sections()
    statements()
    crowd.sections()
    few = statements()
    for number in range(6):
        crowd.finish(crowd.join(6, unit(crowd, f"Xã {number}", "Xã", f"Khối {number}")), local(17 + number, number))
    statements()
    crowd.sections()
    assert statements() == few
    assert few < 40


def test_a_release_without_the_vault_is_refused_where_ages_are_asked(crowd: Crowd) -> None:
    contest = crowd.contest
    contest.people = crowd.join(8, unit(crowd, "Sở A"))
    rules = EntrantRules(birth_date=Ask.REQUIRED)
    save_settings(contest.ctx, owner=ENTRANTS_OWNER, campaign=contest.campaign, value=rules)
    contest.adopt([10] * 8)
    with pytest.raises(ValueError, match="vault"):
        contest.release()
    made = make_release(contest.staff[0], campaign=contest.campaign, vault=crowd.vault)
    assert "ages" in {one["key"] for one in snapshot_of(made)["sections"]}
