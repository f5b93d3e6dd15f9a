"""What one round has of its own: said in the file or on the page, kept, taken along, and gone by."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.settings import load_settings
from cuocthi.errors import InvalidData
from cuocthi.standings.criteria import RULES_OWNER, Admission, Counted, RankingRules, Within
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.settings import OWNER, QuizSettings

from .held import form_on, shipped, with_units

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

    from .conftest import Open

#: The last of four weeks is a final: other questions, other time, one attempt, and only for the best of each division.
FINAL = """
[rounds.tuan-04.quiz]
minutes = 30
attempts = 1
prediction = false
blueprint = [{ topic = "kien-thuc-chung", number = 30 }]

[rounds.tuan-04.ranking]
counted = "first"
criteria = [{ key = "score", direction = "highest" }, { key = "started_at", direction = "lowest" }]
admission = { of = "tuan-03", best = 10, within = "division" }
"""


def with_final(text: str = FINAL) -> dict[str, bytes]:
    files = with_units(shipped("hai-khoi"), "code | name | block\nso | Sở Nội vụ | Khối cơ quan")
    files["campaign.toml"] += text.encode()
    return files


def settings_in(ctx: Context, campaign: Campaign, key: str) -> tuple[QuizSettings, RankingRules]:
    round_ = next(one for one in rounds(ctx, campaign_id=campaign.id) if one.key == key)
    quiz = load_settings(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign, round_=round_).value
    return quiz, load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=campaign, round_=round_).value


def test_a_file_says_what_one_round_has_of_its_own(ctx: Context) -> None:
    campaign = import_campaign(ctx, files=with_final())
    quiz, ranking = settings_in(ctx, campaign, "tuan-04")
    assert (quiz.minutes, quiz.attempts, quiz.questions, quiz.prediction) == (30, 1, 30, False)
    assert (ranking.counted, ranking.admission.best, ranking.admission.within) == (Counted.FIRST, 10, Within.DIVISION)
    quiz, ranking = settings_in(ctx, campaign, "tuan-03")
    assert (quiz.minutes, quiz.attempts, quiz.questions, ranking.counted) == (20, 3, 20, Counted.BEST)
    assert ranking.admission.is_open
    assert quiz.results == settings_in(ctx, campaign, "tuan-04")[0].results, "what is not named is as in all rounds"


def test_it_goes_out_and_in_the_same(ctx: Context) -> None:
    exported = export_campaign(ctx, campaign=import_campaign(ctx, files=with_final()))
    said = tomllib.loads(exported["campaign.toml"].decode())["rounds"]
    assert said.keys() == {"tuan-04"}
    assert said["tuan-04"]["quiz"].keys() == {"minutes", "attempts", "prediction", "blueprint"}, "only what differs"
    again = export_campaign(ctx, campaign=import_campaign(ctx, files=exported, slug="lan-nua"))
    assert tomllib.loads(again["campaign.toml"].decode())["rounds"] == said


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[rounds.tuan-09.quiz]\nminutes = 5", "tuan-09"),
        ("[rounds.tuan-04.prizes]\nallotted = 5", "rounds.tuan-04.prizes"),
        ("[rounds.tuan-04.quiz]\nminutes = -5", "rounds.tuan-04.quiz"),
        ("[rounds.tuan-04.quiz]\nminute = 5", "rounds.tuan-04.quiz"),
        ("[rounds.tuan-04.ranking.admission]\nbest = 5", "rounds.tuan-04.ranking"),
    ],
)
def test_what_cannot_be_is_named_with_its_place(ctx: Context, text: str, problem: str) -> None:
    with pytest.raises(InvalidData) as refused:
        import_campaign(ctx, files=with_final(text))
    assert any(problem in str(one) for one in refused.value.problems), refused.value.problems


def test_an_organiser_sets_one_round_by_the_page(
    ctx: Context, make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    campaign = import_campaign(ctx, files=with_final(""))
    organiser = sign_in(make.member(campaign))

    def stored() -> list[tuple[int, int]]:
        found = [settings_in(ctx, campaign, key)[0] for key in ("tuan-03", "tuan-04")]
        ctx.session.rollback()  # the pages write
        return [(one.minutes, one.questions) for one in found]

    address = f"/c/{campaign.slug}/staff/settings/quiz"
    page = organiser.get(address)[1]
    assert f"{address}?round=tuan-04" in page
    assert organiser.get(f"{address}?round=tuan-09")[0] == 404
    sent = form_on(organiser.get(f"{address}?round=tuan-04")[1]) | {"minutes": "45", "blueprint-0-number": "25"}
    status, page = organiser.post(f"{address}?round=tuan-04", sent)
    assert (status, "Đã lưu" in page) == (200, True)
    assert stored() == [(20, 20), (45, 25 + 8 + 4)]
    assert 'value="45"' in organiser.get(f"{address}?round=tuan-04")[1]
    # What is set for all rounds later leaves the round as it is.
    organiser.post(address, form_on(organiser.get(address)[1]) | {"minutes": "12"})
    assert stored() == [(12, 20), (45, 25 + 8 + 4)]


def test_a_round_that_has_begun_goes_on_by_its_settings(open_by: Open, sign_in: Callable[[User], Browser]) -> None:
    units = "code | name | block\nso | Sở Nội vụ | Khối cơ quan\nxa | Xã Đông Hưng | Khối địa phương"
    held = open_by(with_units(shipped("hai-khoi"), units))
    held.close("tuan-01")
    held.ctx.session.commit()
    organiser = sign_in(held.staff[0])
    address = f"/c/{held.campaign.slug}/staff/settings/quiz?round=tuan-01"
    assert 'name="minutes"' in organiser.get(address)[1]


def test_an_organiser_says_by_the_page_who_takes_part_in_a_round(
    ctx: Context, make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    campaign = import_campaign(ctx, files=with_final(""))
    last = rounds(ctx, campaign_id=campaign.id)[-1]
    organiser = sign_in(make.member(campaign))
    address = f"/c/{campaign.slug}/staff/rankings/{last.id}/rules"
    page = organiser.get(address)[1]
    assert "Người được dự thi vòng này" in page
    sent = form_on(page) | {"counted": "first", "of": "tuan-03", "share": "12,5", "within": "unit", "pass_mark": "50"}
    assert organiser.post(address, sent | {"of": ""})[0] == 422, "a limit of what"
    assert organiser.post(address, sent | {"share": "101"})[0] == 422
    assert organiser.post(address, sent)[0] == 200
    admission = settings_in(ctx, campaign, "tuan-04")[1].admission
    assert admission == Admission("tuan-03", share=125, pass_mark=500, within=Within.UNIT)
    ctx.session.rollback()  # the page reads what is stored
    assert 'value="12,5"' in organiser.get(address)[1]
