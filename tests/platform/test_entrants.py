"""Who may take part by age, what people are asked, who consents for children: decided when somebody joins."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import assume, given
from hypothesis import strategies as st

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.copying import Edition, copy_campaign
from cuocthi.campaigns.divisions import DivisionFacts, add_division, edit_division, remove_division
from cuocthi.campaigns.entrants import (
    Ask,
    EntrantRules,
    OwnField,
    entrant_rules,
    set_entrant_rules,
)
from cuocthi.campaigns.models import Campaign, CampaignState, Division
from cuocthi.campaigns.settings import SettingsError
from cuocthi.clock import LOCAL_ZONE
from cuocthi.enrolments import domain
from cuocthi.enrolments.ages import age_on, check_age, needs_guardian
from cuocthi.enrolments.answers import Answers, answers_of, correct_answers
from cuocthi.enrolments.guardians import GuardianAnswer
from cuocthi.enrolments.late_consents import Means, Taking, take_consent
from cuocthi.enrolments.models import Enrolment, Guardian
from cuocthi.enrolments.public_names import unnamed_in_public
from cuocthi.errors import Conflict, ContractError, DomainError
from cuocthi.timelines.moving import by_years
from cuocthi.users.citizen_ids import mask_citizen_id, normalise_citizen_id
from cuocthi.users.models import Profile, User
from cuocthi.users.profiles import confirm_identity, known_of, with_same_number

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories

#: A woman born in 1985 whose birth was registered in Thái Bình, a boy born in 2014.
WOMAN, BOY = "034185001234", "034214005678"
BORN = date(1985, 5, 9)
GRADE = OwnField("lop", "Lớp", ("Lớp 4", "Lớp 5"), required=True)
ALL = EntrantRules(Ask.REQUIRED, Ask.REQUIRED, (GRADE, OwnField("truong", "Trường")))
DATE = EntrantRules(birth_date=Ask.REQUIRED)
MOTHER = GuardianAnswer("Trần Thị Mai", "mother", "0912345678", consents=True)

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


def ask(ctx: Context, campaign: Campaign, rules: EntrantRules) -> Campaign:
    set_entrant_rules(ctx, campaign=campaign, rules=rules)
    return campaign


def join(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    vault: Vault | None,
    answers: Answers,
    user: User | None = None,
    **more: Any,
) -> Enrolment:
    return domain.enrol(
        ctx,
        campaign=campaign,
        user=user or make.user(),
        unit=make.unit(),
        category="official",
        consent=True,
        rules_version=None,
        answers=answers,
        vault=vault,
        **more,
    )


def field_of(refused: pytest.ExceptionInfo[DomainError]) -> str | None:
    return refused.value.field


# --- ages -------------------------------------------------------------------------------------------------------------


@given(days, days)
def test_an_age_grows_by_one_on_each_birthday_and_on_no_other_day(born: date, day: date) -> None:
    assume(born < day)
    before, on = age_on(born, day - timedelta(days=1)), age_on(born, day)
    birthday = (day.month, day.day) == (born.month, born.day)
    leap = (born.month, born.day) == (2, 29) and (day.month, day.day) == (3, 1) and not _has_leap_day(day.year)
    assert on - before == (1 if birthday or leap else 0)


def _has_leap_day(year: int) -> bool:
    return (date(year, 3, 1) - timedelta(days=1)).day == 29


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2008, 10, 10), date(2024, 10, 9), 15),
        (date(2008, 10, 10), date(2024, 10, 10), 16),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(2008, 2, 29), date(2025, 2, 28), 16),
        (date(2008, 2, 29), date(2025, 3, 1), 17),
        (date(2024, 10, 10), date(2024, 10, 10), 0),
        (date(2024, 10, 11), date(2024, 10, 10), -1),
    ],
)
def test_years_are_completed_on_the_birthday(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


@given(st.integers(0, 100), st.integers(0, 100), days, st.dates(date(2000, 1, 1), date(2060, 12, 31)))
def test_whoever_is_within_the_limits_may_take_part_and_nobody_else(low: int, more: int, born: date, day: date) -> None:
    assume(born <= day)
    rules = EntrantRules(Ask.REQUIRED, min_age=low, max_age=min(low + more, 120), ages_as_of=day.isoformat())
    within = low <= age_on(born, day) <= min(low + more, 120)
    on_another_day = day + timedelta(days=400)
    if within:
        check_age(rules, None, born, day=on_another_day)
        return
    with pytest.raises(DomainError) as refused:
        check_age(rules, None, born, day=on_another_day)
    assert refused.value.message.params["day"] == day


@given(days, st.integers(0, 18), days)
def test_a_guardian_is_needed_until_the_day_before_the_birthday(born: date, below: int, day: date) -> None:
    assume(born <= day)
    rules = EntrantRules(Ask.REQUIRED, guardian_below=below)
    assert needs_guardian(rules, born, day=day) is (age_on(born, day) < below)
    assert not needs_guardian(rules, None, day=day)


def test_the_refusal_says_what_is_asked_and_what_is(ctx: Context, make: Factories, vault: Vault) -> None:
    rules = EntrantRules(Ask.REQUIRED, min_age=18, ages_as_of="2024-10-10", guardian_below=0)
    campaign = ask(ctx, make.campaign(), rules)
    with pytest.raises(DomainError) as refused:
        join(ctx, make, campaign, vault, Answers(date(2006, 10, 11)))
    assert field_of(refused) == "birth_date"
    assert {"limit": 18, "age": 17, "day": date(2024, 10, 10)}.items() <= refused.value.message.params.items()
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Enrolment)) == 0
    assert join(ctx, make, campaign, vault, Answers(date(2006, 10, 10))).id


def test_a_division_for_other_ages_is_refused_and_another_one_can_be_chosen(
    ctx: Context, make: Factories, vault: Vault
) -> None:
    campaign = make.campaign(state=CampaignState.DRAFT)
    ask(ctx, campaign, EntrantRules(Ask.REQUIRED, ages_as_of="2024-10-10", guardian_below=0))
    young = add_division(ctx, campaign=campaign, facts=DivisionFacts("Bảng A", 6, 15))
    old = add_division(ctx, campaign=campaign, facts=DivisionFacts("Bảng B", 16))
    campaign.state = CampaignState.OPEN
    answers, user = Answers(date(2008, 10, 10)), make.user()
    with pytest.raises(DomainError, match="Bảng A") as refused:
        join(ctx, make, campaign, vault, answers, user, division=young)
    assert field_of(refused) == "division"
    assert join(ctx, make, campaign, vault, answers, user, division=old).division_id == old.id


# --- what is asked ----------------------------------------------------------------------------------------------------


def test_a_campaign_asks_nothing_unless_it_says_so(ctx: Context, make: Factories) -> None:
    campaign = make.campaign()
    enrolment = join(ctx, make, campaign, None, Answers(BORN, WOMAN, {"lop": "Lớp 5"}))
    assert (enrolment.details, enrolment.publishes_name) == (None, True)
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Profile)) == 0


def test_answers_are_frozen_and_stored_as_ciphertext_only(ctx: Context, make: Factories, vault: Vault) -> None:
    campaign, user = ask(ctx, make.campaign(), ALL), make.user()
    given_ = Answers(BORN, "034 185 001234", {"lop": "Lớp 5", "truong": " THCS  Vũ Thư ", "other": "x"})
    enrolment = join(ctx, make, campaign, vault, given_, user)
    frozen = Answers(BORN, WOMAN, {"lop": "Lớp 5", "truong": "THCS Vũ Thư"})
    assert answers_of(ctx, enrolment=enrolment, vault=vault) == frozen
    assert enrolment.asked_version_id == entrant_rules(ctx, campaign=campaign).version_id
    known = known_of(ctx, user_id=user.id, vault=vault)
    assert (known.birth_date, known.citizen_id, known.confirmed) == (BORN, WOMAN, False)
    stored = [
        *ctx.session.execute(sa.text("SELECT details FROM core_enrolment")).scalars(),
        *ctx.session.execute(sa.text("SELECT citizen_id FROM core_profile")).scalars(),
        *ctx.session.execute(sa.text("SELECT birth_date FROM core_profile")).scalars(),
    ]
    for value in stored:
        assert all(secret not in bytes(value) for secret in (WOMAN.encode(), b"1985", "Lớp".encode()))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"birth_date": None}, "birth_date"),
        ({"birth_date": date(2031, 1, 1)}, "birth_date"),
        ({"birth_date": date(1850, 1, 1)}, "birth_date"),
        ({"citizen_id": ""}, "citizen_id"),
        ({"citizen_id": "12345"}, "citizen_id"),
        ({"birth_date": date(1986, 5, 9)}, "citizen_id"),
        ({"own": {}}, "own_lop"),
        ({"own": {"lop": "Lớp 12"}}, "own_lop"),
        ({"own": {"lop": "Lớp 4", "truong": "x" * 201}}, "own_truong"),
    ],
)
def test_what_is_missing_or_cannot_be_is_refused_at_its_field(
    ctx: Context, make: Factories, vault: Vault, changes: dict[str, Any], field: str
) -> None:
    campaign = ask(ctx, make.campaign(), ALL)
    answers = dataclasses.replace(Answers(BORN, WOMAN, {"lop": "Lớp 5"}), **changes)
    with pytest.raises(DomainError) as refused:
        join(ctx, make, campaign, vault, answers)
    assert field_of(refused) == field


def test_who_takes_part_again_answers_only_what_is_not_known(ctx: Context, make: Factories, vault: Vault) -> None:
    user = make.user()
    first = ask(ctx, make.campaign(), EntrantRules(Ask.REQUIRED, Ask.REQUIRED))
    join(ctx, make, first, vault, Answers(BORN, WOMAN), user)
    second = ask(ctx, make.campaign(), ALL)
    again = join(ctx, make, second, vault, Answers(own={"lop": "Lớp 4"}), user)
    assert answers_of(ctx, enrolment=again, vault=vault) == Answers(BORN, WOMAN, {"lop": "Lớp 4"})
    with pytest.raises(DomainError) as refused:
        join(ctx, make, ask(ctx, make.campaign(), DATE), vault, Answers(date(1990, 1, 1)), user)
    assert field_of(refused) == "birth_date"


def test_whoever_enrols_people_without_the_vault_is_told(ctx: Context, make: Factories) -> None:
    campaign = ask(ctx, make.campaign(), DATE)
    with pytest.raises(ContractError, match="vault"):
        join(ctx, make, campaign, None, Answers(BORN))


# --- citizen ID numbers -----------------------------------------------------------------------------------------------

provinces, rest = st.integers(1, 99), st.integers(0, 999_999)


@given(provinces, days, st.integers(0, 1), rest)
def test_every_number_of_the_right_structure_fits_its_date_of_birth(
    province: int,
    born: date,
    sex: int,
    more: int,
) -> None:
    century = 2 * (born.year // 100 - 19) + sex
    number = f"0{province:02}{century}{born.year % 100:02}{more:06}"
    assert normalise_citizen_id(number, birth_date=born) == number
    assert normalise_citizen_id(f" {number[:4]} {number[4:8]}.{number[8:]} ") == number
    with pytest.raises(DomainError):
        normalise_citizen_id(number, birth_date=born.replace(day=1, year=born.year + 1))


@pytest.mark.parametrize("number", ["", "03418500123", "0341850012345", "134185001234", "000185001234", "03418500123a"])
def test_other_numbers_are_refused(number: str) -> None:
    with pytest.raises(DomainError):
        normalise_citizen_id(number)


def test_a_number_is_shown_in_part() -> None:
    assert mask_citizen_id(WOMAN) == "034…34"


def test_a_number_that_another_account_holds_makes_no_difference_to_who_enters_it(
    ctx: Context, make: Factories, vault: Vault
) -> None:
    campaign = ask(ctx, make.campaign(), EntrantRules(citizen_id=Ask.REQUIRED))
    owner, other, third = make.user(), make.user(), make.user()
    for user in (owner, other):
        assert join(ctx, make, campaign, vault, Answers(citizen_id=WOMAN), user).user_id == user.id
    assert with_same_number(ctx, user_id=owner.id) == [other]
    confirm_identity(ctx, user=owner)
    # Also once the number is confirmed: nobody learns that it is known here.
    assert join(ctx, make, campaign, vault, Answers(citizen_id=WOMAN), third).user_id == third.id
    with pytest.raises(Conflict):
        confirm_identity(ctx, user=other)
    with pytest.raises(Conflict):
        confirm_identity(ctx, user=make.user())
    assert not known_of(ctx, user_id=other.id, vault=vault).confirmed


# --- children ---------------------------------------------------------------------------------------------------------


def child(ctx: Context, years: int) -> date:
    return by_years(-years)(ctx.now.date() - timedelta(days=30))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (None, "guardian_name"),
        ({"name": " "}, "guardian_name"),
        ({"name": "12"}, "guardian_name"),
        ({"relation": "neighbour"}, "guardian_relation"),
        ({"contact": "09"}, "guardian_contact"),
        ({"consents": False}, "guardian_consent"),
    ],
)
def test_a_child_takes_part_with_the_consent_of_a_parent_or_guardian_only(
    ctx: Context, make: Factories, vault: Vault, changes: dict[str, Any] | None, field: str
) -> None:
    campaign = ask(ctx, make.campaign(), DATE)
    guardian = None if changes is None else dataclasses.replace(MOTHER, **changes)
    with pytest.raises(DomainError) as refused:
        join(ctx, make, campaign, vault, Answers(child(ctx, 12), guardian=guardian))
    assert field_of(refused) == field


@pytest.mark.parametrize(
    ("years", "publishes", "child_publishes", "named"),
    [
        (12, True, True, True),
        (12, True, False, False),
        (12, False, True, False),
        (7, True, False, False),
        (6, True, False, True),
        (6, False, False, False),
        (16, False, False, True),
    ],
)
def test_a_child_is_named_in_public_only_if_guardian_and_child_agree(
    ctx: Context, make: Factories, vault: Vault, years: int, *, publishes: bool, child_publishes: bool, named: bool
) -> None:
    campaign = ask(ctx, make.campaign(), dataclasses.replace(DATE, guardian_text="Tôi đồng ý cho con tôi dự thi."))
    guardian = dataclasses.replace(MOTHER, publishes=publishes, child_publishes=child_publishes)
    enrolment = join(ctx, make, campaign, vault, Answers(child(ctx, years), guardian=guardian))
    assert enrolment.publishes_name is named
    assert (enrolment.id in unnamed_in_public(ctx, campaign_id=campaign.id)) is not named
    kept = ctx.session.get(Guardian, enrolment.id)
    if years >= 16:
        assert kept is None
        return
    assert kept is not None
    assert kept.consented_at == ctx.now
    assert kept.child_publishes == (child_publishes if years >= 7 else None)
    opened = answers_of(ctx, enrolment=enrolment, vault=vault).guardian
    assert opened is not None
    assert (opened.name, opened.contact) == ("Trần Thị Mai", "+84912345678")


def test_correcting_puts_profile_and_enrolment_right_and_logs_no_value(
    ctx: Context, make: Factories, vault: Vault
) -> None:
    campaign, user = ask(ctx, make.campaign(), ALL), make.user()
    enrolment = join(ctx, make, campaign, vault, Answers(BORN, WOMAN, {"lop": "Lớp 5"}), user)
    confirm_identity(ctx, user=user)
    right = Answers(date(1984, 5, 9), "034184001234", {"lop": "Lớp 5"})
    assert correct_answers(ctx, campaign=campaign, enrolment=enrolment, answers=right, vault=vault) == [
        "birth_date",
        "citizen_id",
    ]
    assert answers_of(ctx, enrolment=enrolment, vault=vault) == right
    known = known_of(ctx, user_id=user.id, vault=vault)
    assert (known.birth_date, known.citizen_id, known.confirmed) == (right.birth_date, right.citizen_id, False)
    last = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert last.after == {"changed": ["birth_date", "citizen_id"]}
    assert correct_answers(ctx, campaign=campaign, enrolment=enrolment, answers=right, vault=vault) == []


def test_correcting_here_leaves_what_only_other_campaigns_ask(ctx: Context, make: Factories, vault: Vault) -> None:
    user, classes = make.user(), EntrantRules(fields=ALL.fields)
    school = ask(ctx, make.campaign(), classes)
    pupil = join(ctx, make, school, vault, Answers(own={"lop": "Lớp 4"}), user)
    join(ctx, make, ask(ctx, make.campaign(), ALL), vault, Answers(BORN, WOMAN, {"lop": "Lớp 5"}), user)
    confirm_identity(ctx, user=user)
    right = Answers(own={"lop": "Lớp 5"})
    assert correct_answers(ctx, campaign=school, enrolment=pupil, answers=right, vault=vault) == ["own"]
    known = known_of(ctx, user_id=user.id, vault=vault)
    assert (known.birth_date, known.citizen_id, known.confirmed) == (BORN, WOMAN, True)


def test_whoever_turns_out_to_be_a_child_is_named_no_longer(ctx: Context, make: Factories, vault: Vault) -> None:
    campaign = ask(ctx, make.campaign(), DATE)
    enrolment = join(ctx, make, campaign, vault, Answers(BORN))
    correct_answers(ctx, campaign=campaign, enrolment=enrolment, answers=Answers(child(ctx, 10)), vault=vault)
    assert not enrolment.publishes_name


def test_whoever_turns_out_to_be_grown_up_is_named_like_everybody(ctx: Context, make: Factories, vault: Vault) -> None:
    campaign = ask(ctx, make.campaign(), DATE)
    enrolment = join(ctx, make, campaign, vault, Answers(child(ctx, 10), guardian=MOTHER))
    correct_answers(ctx, campaign=campaign, enrolment=enrolment, answers=Answers(BORN), vault=vault)
    assert enrolment.publishes_name


# --- a consent that comes later -------------------------------------------------------------------------------------


@pytest.fixture
def found_out(ctx: Context, make: Factories, vault: Vault) -> Enrolment:
    """Somebody who registered as grown up and turned out to be a child of ten."""
    campaign = ask(ctx, make.campaign(), DATE)
    enrolment = join(ctx, make, campaign, vault, Answers(BORN))
    correct_answers(ctx, campaign=campaign, enrolment=enrolment, answers=Answers(child(ctx, 10)), vault=vault)
    return enrolment


def take(
    ctx: Context, enrolment: Enrolment, vault: Vault, guardian: GuardianAnswer = MOTHER, given_on: date | None = None
) -> None:
    campaign = ctx.session.get_one(Campaign, enrolment.campaign_id)
    taking = Taking(Means.PAPER, given_on or ctx.now.date() - timedelta(days=1))
    take_consent(ctx, campaign=campaign, enrolment=enrolment, guardian=guardian, taking=taking, vault=vault)


def test_staff_take_the_consent_that_is_missing_and_the_log_names_nobody(
    ctx: Context, vault: Vault, found_out: Enrolment
) -> None:
    take(ctx, found_out, vault, dataclasses.replace(MOTHER, publishes=True, child_publishes=True))
    assert found_out.publishes_name
    opened = answers_of(ctx, enrolment=found_out, vault=vault).guardian
    assert opened is not None
    assert (opened.name, opened.relation, opened.contact) == ("Trần Thị Mai", "mother", "+84912345678")
    kept = ctx.session.get_one(Guardian, found_out.id)
    day = ctx.now.date() - timedelta(days=1)
    assert kept.consented_at.astimezone(LOCAL_ZONE).date() == day
    last = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (last.action, last.object_id) == ("core:guardian:consent", found_out.id)
    assert last.after == {"means": "paper", "given_on": day.isoformat(), "named_in_public": True}


def test_a_consent_taken_later_leaves_the_child_unnamed_unless_both_agree(
    ctx: Context, vault: Vault, found_out: Enrolment
) -> None:
    take(ctx, found_out, vault, dataclasses.replace(MOTHER, publishes=True))
    assert not found_out.publishes_name


@pytest.mark.parametrize(
    ("changes", "days_ago", "field"),
    [
        ({"name": ""}, 1, "guardian_name"),
        ({"contact": "09"}, 1, "guardian_contact"),
        ({"consents": False}, 1, "guardian_consent"),
        ({}, -1, "given_on"),
        ({}, 12 * 366, "given_on"),
    ],
)
def test_a_consent_that_cannot_be_is_refused_and_nothing_is_kept(
    ctx: Context, vault: Vault, found_out: Enrolment, changes: dict[str, Any], days_ago: int, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        take(ctx, found_out, vault, dataclasses.replace(MOTHER, **changes), ctx.now.date() - timedelta(days=days_ago))
    assert field_of(refused) == field
    assert ctx.session.get(Guardian, found_out.id) is None


def test_nobody_consents_twice_or_for_a_grown_person(
    ctx: Context, make: Factories, vault: Vault, found_out: Enrolment
) -> None:
    take(ctx, found_out, vault)
    grown = join(ctx, make, ask(ctx, make.campaign(), DATE), vault, Answers(BORN))
    for enrolment in (found_out, grown):
        with pytest.raises(Conflict):
            take(ctx, enrolment, vault)


# --- setting it up ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"min_age": 16},
        {"birth_date": Ask.OPTIONAL, "max_age": 60},
        {"birth_date": Ask.REQUIRED, "min_age": 60, "max_age": 16},
        {"birth_date": Ask.REQUIRED, "min_age": 121},
        {"guardian_below": 19},
        {"ages_as_of": "10/10/2024"},
        {"fields": (GRADE, GRADE)},
        {"fields": tuple(OwnField(f"f{number}", "Câu hỏi") for number in range(11))},
    ],
)
def test_rules_that_contradict_themselves_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        EntrantRules(**values)


@pytest.mark.parametrize(
    "values", [("Lớp", "Lớp"), ("lop", " "), ("lop", "x" * 121), ("lop", "Lớp", ("một",)), ("lop", "Lớp", ("a", "a"))]
)
def test_a_question_needs_a_code_a_label_and_real_choices(values: tuple[Any, ...]) -> None:
    with pytest.raises(SettingsError):
        OwnField(*values)


def test_after_the_opening_questions_can_be_added_and_worded_anew_but_not_taken_away(
    ctx: Context, make: Factories
) -> None:
    campaign = ask(ctx, make.campaign(), ALL)
    with pytest.raises(Conflict, match="Trường"):
        set_entrant_rules(ctx, campaign=campaign, rules=dataclasses.replace(ALL, fields=(GRADE,)))
    fields = (GRADE, dataclasses.replace(ALL.fields[1], label="Trường học"), OwnField("x", "X"))
    set_entrant_rules(ctx, campaign=campaign, rules=dataclasses.replace(ALL, fields=fields))
    assert len(entrant_rules(ctx, campaign=campaign).value.fields) == 3


def test_a_division_is_added_named_anew_and_removed_while_nobody_is_in_it(
    ctx: Context, make: Factories, vault: Vault
) -> None:
    campaign = make.campaign(state=CampaignState.DRAFT)
    first = add_division(ctx, campaign=campaign, facts=DivisionFacts("Bảng Cán bộ"))
    second = add_division(ctx, campaign=campaign, facts=DivisionFacts("Bảng cán bộ"))
    assert [division.key for division in campaign.divisions] == ["bang-can-bo", "bang-can-bo-2"]
    edit_division(ctx, campaign=campaign, division=second, facts=DivisionFacts(" Bảng  Người dân "))
    assert second.name == "Bảng Người dân"
    campaign.state = CampaignState.OPEN
    join(ctx, make, campaign, vault, Answers(), division=second)
    with pytest.raises(Conflict, match="Bảng Người dân"):
        remove_division(ctx, campaign=campaign, division=second)
    remove_division(ctx, campaign=campaign, division=first)
    assert [division.name for division in campaign.divisions] == ["Bảng Người dân"]
    recorded = ctx.session.scalars(sa.select(AuditEvent.summary).where(AuditEvent.object_kind == "division")).all()
    assert len(recorded) == 4


def test_ages_of_divisions_need_the_date_of_birth_and_keep_it_asked(ctx: Context, make: Factories) -> None:
    campaign = make.campaign(state=CampaignState.DRAFT)
    with pytest.raises(SettingsError) as refused:
        add_division(ctx, campaign=campaign, facts=DivisionFacts("Bảng A", 6, 15))
    assert refused.value.field == "min_age"
    ask(ctx, campaign, DATE)
    division = add_division(ctx, campaign=campaign, facts=DivisionFacts("Bảng A", 6, 15))
    with pytest.raises(SettingsError, match="Bảng A"):
        ask(ctx, campaign, EntrantRules())
    with pytest.raises(SettingsError):
        edit_division(ctx, campaign=campaign, division=division, facts=DivisionFacts("Bảng A", 16, 15))
    ctx.session.refresh(division)
    assert (division.min_age, division.max_age) == (6, 15)


def test_the_first_division_is_not_added_after_the_opening(ctx: Context, make: Factories) -> None:
    with pytest.raises(Conflict):
        add_division(ctx, campaign=make.campaign(), facts=DivisionFacts("Bảng A"))


def test_a_campaign_held_again_asks_the_same_and_the_day_of_the_ages_moves_along(ctx: Context, make: Factories) -> None:
    campaign = make.campaign(state=CampaignState.DRAFT)
    rules = dataclasses.replace(ALL, min_age=6, ages_as_of="2024-10-10", shared_phones=True)
    ask(ctx, campaign, rules)
    add_division(ctx, campaign=campaign, facts=DivisionFacts("Bảng A", 6, 15))
    edition = Edition("lan-sau", "Cuộc thi lần sau", "Sở Khoa học và Công nghệ", by_years(1))
    copy = copy_campaign(ctx, campaign=campaign, edition=edition)
    assert entrant_rules(ctx, campaign=copy).value == dataclasses.replace(rules, ages_as_of="2025-10-10")
    copied: list[Division] = copy.divisions
    assert [(item.key, item.name, item.min_age, item.max_age) for item in copied] == [("bang-a", "Bảng A", 6, 15)]
