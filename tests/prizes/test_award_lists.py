"""From an adopted ranking to an adopted award list: what is refused, what is copied, what stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.errors import Blocked, Closed, Conflict, DomainError, Missing
from cuocthi.standings.decisions import exclude_entry
from cuocthi_prizes.acts.queries import finality_of
from cuocthi_prizes.digests import digest_of
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.changes import changes, given_by
from cuocthi_prizes.domain.scheme import save_scheme
from cuocthi_prizes.models import Award, AwardList, AwardListState
from cuocthi_prizes.queries import adopted_list, predecessor
from cuocthi_prizes.settings import MAIN

from .adopted import decision, final
from .conftest import DISTINCT, PLAN, TIERS, Contest, with_main


def adopted(contest: Contest, statement: str = "") -> AwardList:
    """Draw a list up and adopt it by both persons."""
    made = draw_up(contest.staff[0], campaign=contest.campaign, statement=statement)
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)
    return made


def in_force(contest: Contest) -> AwardList | None:
    return adopted_list(contest.ctx, campaign_id=contest.campaign.id, part=(MAIN, contest.round_.id))


def reasons(refusal: pytest.ExceptionInfo[Blocked]) -> str:
    return " ".join(map(str, refusal.value.reasons))


def test_the_plan_of_2024_is_awarded_and_copied(contest: Contest) -> None:
    ranking = contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    assert (len(made.awards), made.total_value, made.ranking_number) == (16, 7_100_000, ranking.number)
    best, first = contest.people[0], made.awards[0]
    assert (first.title, first.value, first.rank) == ("Giải Nhất", 1_000_000, 1)
    assert (first.enrolment_id, first.recipient, first.unit_name) == (best.id, best.name, best.unit_name)
    assert (first.score, first.max_score, first.duration_ms, first.code) == (20_000, 20_000, 60_000, best.code)
    assert [award.enrolment_id for award in made.awards] == [person.id for person in contest.people[:16]]
    assert made.digest == digest_of(made)


def test_nothing_is_awarded_while_the_round_is_open(contest: Contest) -> None:
    contest.rank(DISTINCT)
    contest.round_.windows[0].closes_at = contest.ctx.now + timedelta(seconds=1)
    with pytest.raises(Blocked) as refusal:
        draw_up(contest.staff[0], campaign=contest.campaign)
    assert "is not over yet" in reasons(refusal)


def test_nothing_is_awarded_from_a_ranking_that_is_not_adopted(contest: Contest) -> None:
    contest.post(DISTINCT)
    contest.provisional()
    with pytest.raises(Blocked) as refusal:
        draw_up(contest.staff[0], campaign=contest.campaign)
    assert "has not been adopted yet" in reasons(refusal)
    assert contest.ctx.session.scalar(sa.select(sa.func.count(AwardList.id))) == 0


def test_nothing_is_awarded_from_results_that_changed_since(contest: Contest) -> None:
    contest.rank(DISTINCT)
    contest.post((19, *DISTINCT[1:]))
    with pytest.raises(Blocked) as refusal:
        draw_up(contest.staff[0], campaign=contest.campaign)
    assert "Results have changed" in reasons(refusal)


def test_all_reasons_are_given_at_once(contest: Contest) -> None:
    contest.save(with_main(tiers=()))
    contest.round_.windows[0].closes_at = contest.ctx.now + timedelta(days=1)
    with pytest.raises(Blocked) as refusal:
        draw_up(contest.staff[0], campaign=contest.campaign)
    assert len(refusal.value.reasons) == 2


def test_two_rounds_need_the_scheme_to_name_one(contest: Contest) -> None:
    contest.rank(DISTINCT)
    contest.make.round(contest.campaign, "sprint", number=2)
    with pytest.raises(Missing, match="does not say what is awarded"):
        draw_up(contest.staff[0], campaign=contest.campaign)
    contest.save(with_main(round=contest.round_.key))
    assert draw_up(contest.staff[0], campaign=contest.campaign).phase_id == contest.round_.id


def test_a_tie_across_a_boundary_stops_the_ranking_until_it_is_decided(contest: Contest) -> None:
    contest.post((20, 20, *DISTINCT[2:]))
    ranking = contest.provisional()
    with pytest.raises(Blocked) as refusal:
        contest.adopt(ranking)
    text = reasons(refusal)
    assert "At rank 1, 2 persons are equal" in text
    assert all(person.name in text for person in contest.people[:2])
    contest.lot(ranking, 1)
    contest.adopt(ranking)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    assert [(award.title, award.rank, award.tie_place) for award in made.awards[:2]] == [
        ("Giải Nhất", 1, 1),
        ("Giải Nhì", 1, 2),
    ]


def test_a_tie_that_a_changed_scheme_makes_matter_refuses_the_list(contest: Contest) -> None:
    contest.rank((20, 19, 19, *DISTINCT[3:]))
    nhat, nhi, *rest = TIERS
    contest.save(with_main(tiers=(nhat, replace(nhi, quantity=1), *rest)))
    with pytest.raises(Blocked) as refusal:
        draw_up(contest.staff[0], campaign=contest.campaign)
    assert "At rank 2, 2 persons are equal" in reasons(refusal)


def test_a_tie_within_a_tier_needs_no_decision(contest: Contest) -> None:
    contest.rank((20, 19, 19, *DISTINCT[3:]))
    assert len(draw_up(contest.staff[0], campaign=contest.campaign).awards) == 16


def test_one_person_cannot_adopt_alone(contest: Contest) -> None:
    contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    first, second = contest.staff
    assert adopt(first, campaign=contest.campaign, number=1, digest=made.digest).is_draft
    with pytest.raises(Conflict, match="another person"):
        adopt(first, campaign=contest.campaign, number=1, digest=made.digest)
    assert in_force(contest) is None
    version = contest.campaign.version
    adopt(second, campaign=contest.campaign, number=1, digest=made.digest)
    assert made.state is AwardListState.ADOPTED
    assert made.adopted_at == contest.ctx.now
    assert contest.campaign.version == version + 1
    acts = contest.ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert acts[-3:] == ["prizes:list:draw_up", "prizes:list:adopt", "prizes:list:adopt"]


def test_what_is_confirmed_is_what_was_read(contest: Contest) -> None:
    contest.rank(DISTINCT)
    draw_up(contest.staff[0], campaign=contest.campaign)
    with pytest.raises(Conflict, match="changed while you were reading"):
        adopt(contest.staff[0], campaign=contest.campaign, number=1, digest="0" * 64)


def test_an_adopted_list_is_confirmed_no_more(contest: Contest) -> None:
    contest.rank(DISTINCT)
    made = adopted(contest)
    with pytest.raises(Conflict, match="not a draft"):
        adopt(contest.staff[0], campaign=contest.campaign, number=1, digest=made.digest)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda contest: contest.save(replace(PLAN, allotted=7_000_000)), "exceed the allotted sum by 100000"),
        (lambda contest: contest.save(with_main(tiers=TIERS[:1])), "scheme of prizes was changed"),
        (
            lambda contest: exclude_entry(
                contest.staff[0], enrolment=contest.people[3], reason="Thành viên Tổ Giúp việc"
            ),
            "Somebody was excluded",
        ),
    ],
)
def test_what_changed_since_refuses_adoption(contest: Contest, change: object, reason: str) -> None:
    contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    assert callable(change)
    change(contest)
    with pytest.raises(Blocked) as refusal:
        adopt(contest.staff[0], campaign=contest.campaign, number=made.number, digest=made.digest)
    assert reason in reasons(refusal)


def test_the_next_in_rank_moves_up_in_a_new_version_that_says_so(contest: Contest) -> None:
    contest.rank(DISTINCT)
    first = adopted(contest)
    exclude_entry(contest.staff[0], enrolment=contest.people[0], reason="Thành viên Ban Giám khảo")
    contest.adopt(contest.provisional())
    # Until a new list is adopted the former stands as it is.
    assert in_force(contest) is first
    assert first.awards[0].enrolment_id == contest.people[0].id
    with pytest.raises(DomainError, match="say what the new one changes") as refusal:
        draw_up(contest.staff[0], campaign=contest.campaign)
    assert refusal.value.field == "statement"
    second = adopted(contest, "Loại một người theo Biên bản số 02")
    assert (first.state, second.state, second.number) == (AwardListState.SUPERSEDED, AwardListState.ADOPTED, 2)
    assert predecessor(contest.ctx, award_list=second) is first
    said = [str(text) for text in changes(given_by(first), given_by(second))]
    names = [person.name for person in contest.people]
    assert said[0] == f"{names[0]} no longer has “Giải Nhất”."
    assert f"{names[1]} has “Giải Nhất” instead of “Giải Nhì”." in said
    assert f"{names[16]} now has “Giải Khuyến khích”." in said
    assert len(said) == 1 + 4 - 1 + 1


def test_a_new_draft_withdraws_the_former(contest: Contest) -> None:
    contest.rank(DISTINCT)
    first = draw_up(contest.staff[0], campaign=contest.campaign)
    second = draw_up(contest.staff[0], campaign=contest.campaign)
    assert (first.state, second.number) == (AwardListState.WITHDRAWN, 2)
    with pytest.raises(Conflict, match="not a draft"):
        adopt(contest.staff[0], campaign=contest.campaign, number=1, digest=first.digest)


def test_awards_cannot_be_changed_by_any_code_path(contest: Contest) -> None:
    contest.rank(DISTINCT)
    made = adopted(contest)
    contest.ctx.session.commit()
    made.awards[0].value = 5_000_000
    with pytest.raises(PermissionError, match="changes only by a new version"):
        contest.ctx.session.flush()
    contest.ctx.session.rollback()
    contest.ctx.session.delete(contest.ctx.session.get_one(Award, made.awards[0].id))
    with pytest.raises(PermissionError):
        contest.ctx.session.flush()


def test_an_archived_campaign_is_corrected_by_a_document_and_two_persons(contest: Contest) -> None:
    contest.rank(DISTINCT)
    former = adopted(contest)
    final(contest.ctx, contest.campaign, former)
    contest.campaign.state = CampaignState.ARCHIVED
    ground = decision(contest.ctx, contest.campaign, "31/KL-TTr")
    exclude_entry(contest.staff[0], enrolment=contest.people[0], reason="Theo kết luận thanh tra", document=ground)
    contest.adopt(contest.provisional())
    with pytest.raises(DomainError) as refusal:
        draw_up(contest.staff[0], campaign=contest.campaign)
    assert refusal.value.field == "statement"
    corrected = draw_up(contest.staff[0], campaign=contest.campaign, statement="Loại người vi phạm, theo 31/KL-TTr")
    adopt(contest.staff[0], campaign=contest.campaign, number=corrected.number, digest=corrected.digest)
    with pytest.raises(Conflict, match="another person"):
        adopt(contest.staff[0], campaign=contest.campaign, number=corrected.number, digest=corrected.digest)
    adopt(contest.staff[1], campaign=contest.campaign, number=corrected.number, digest=corrected.digest)
    assert (former.state, corrected.state) == (AwardListState.SUPERSEDED, AwardListState.ADOPTED)
    assert contest.people[0].id not in {award.enrolment_id for award in corrected.awards}
    # What is corrected is final by acts of its own; those of the former list stay with that one.
    assert finality_of(contest.ctx, award_list=corrected) is None
    assert finality_of(contest.ctx, award_list=former) is not None
    with pytest.raises(Closed):
        save_scheme(contest.staff[0], campaign=contest.campaign, scheme=PLAN)
