"""The picture of a release: what its snapshot says and nothing more, here and in the bundle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cuocthi.config import DEFAULT_ADDRESS
from cuocthi_publishing.domain import withdrawals
from cuocthi_publishing.domain.choice import of_groups
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.outputs.picture import card_of

from .conftest import NAMES, WINNERS, Contest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

BASE = "/c/hoi-thi/publishing/"


def tags(page: str) -> dict[str, str]:
    return dict(re.findall(r'<meta (?:property|name)="((?:og|twitter):[a-z:_]+)" content="([^"]*)">', page))


def picture_of(page: str) -> str:
    return tags(page)["og:image"].removeprefix(DEFAULT_ADDRESS.rstrip("/"))


def test_it_says_how_much_there_is_to_tell_and_names_nobody(contest: Contest) -> None:
    contest.adopt()
    card = card_of(snapshot_of(contest.publish()))
    assert card.title == contest.campaign.name
    assert card.eyebrow == "Kết quả · bản công bố số 1"
    assert card.facts[0] == (str(WINNERS), "giải thưởng")
    assert ("8", "người có kết quả") in card.facts
    assert len(card.facts) <= 4
    assert not [name for name in NAMES if name in card.words]


def test_a_correction_and_statistics_are_called_so(contest: Contest) -> None:
    contest.adopt()
    contest.publish()
    corrected = card_of(snapshot_of(contest.publish("Sửa.")))
    assert corrected.eyebrow == "Kết quả đính chính · bản công bố số 2"
    statistics = snapshot_of(contest.publish("Chỉ số liệu.", of_groups(("core",))))
    statistics["release"]["replaces"] = None
    assert card_of(statistics).eyebrow == "Số liệu · bản công bố số 3"
    assert "giải thưởng" not in card_of(statistics).words


def test_what_is_not_in_the_snapshot_is_not_on_the_picture(contest: Contest) -> None:
    contest.adopt()
    snapshot = snapshot_of(contest.publish())
    contest.campaign.name = "Tên khác"
    assert "Tên khác" not in card_of(snapshot).words
    assert card_of({**snapshot, "figures": [], "sections": []}).facts == ()


def test_each_page_of_a_release_shows_it_and_it_is_the_one_in_the_bundle(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    made = contest.files(contest.publish())["picture.png"]
    contest.ctx.session.commit()
    for path in ("", "awards", "release/1/", "release/1/statistics"):
        found = tags(client.get(BASE + path).text)
        assert found["og:url"] == f"{DEFAULT_ADDRESS.rstrip('/')}{BASE}{path}"
        assert found["og:title"].endswith(contest.campaign.name)
        assert "3 giải thưởng" in found["og:description"]
    address = picture_of(client.get(BASE).text)
    answer = client.get(address)
    assert (answer.data, answer.content_type) == (made, "image/png")
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(made) < 100_000
    assert client.get(f"{BASE}release/1/picture/0.png").headers["Location"].endswith(address)


def test_before_and_after_it_is_public_there_is_none(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.release()
    contest.ctx.session.commit()
    assert client.get(f"{BASE}release/1/picture/0.png").status_code == 404
    contest.publish()
    contest.ctx.session.commit()
    address = picture_of(client.get(f"{BASE}release/2/").text)
    first, second = contest.staff
    withdrawals.ask(first, campaign=contest.campaign, number=2, reason="Nhầm.")
    withdrawals.confirm(second, campaign=contest.campaign, number=2)
    contest.ctx.session.commit()
    assert client.get(address).status_code == 410
    assert "og:image" not in client.get(BASE).text
