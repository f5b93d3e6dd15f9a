"""Every output is searched for every value that may not go out."""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.documents.models import Document
from cuocthi.news.models import Announcement
from cuocthi.standings.decisions import exclude_entry
from cuocthi_publishing.domain import withdrawals
from cuocthi_publishing.domain.masking import mask_name
from cuocthi_publishing.domain.pages import page_keys
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.jobs import build_bundle
from cuocthi_publishing.models import Release
from cuocthi_publishing.settings import PublishSettings

from .conftest import EMAIL, NAMES, PHONE, WINNERS, Contest

if TYPE_CHECKING:
    from flask import Flask


def forbidden(contest: Contest) -> list[str]:
    """Every contact in every form somebody may have written it in, and every name but the winners'."""
    contacts = [PHONE, PHONE.replace(" ", ""), "+84" + PHONE.replace(" ", "")[1:], EMAIL]
    contacts += [f"09123456{place:02d}" for place in range(len(NAMES))]
    contacts += [f"9123456{place:02d}" for place in range(len(NAMES))]
    names = [person.name for person in contest.people[WINNERS:]]
    # Also without its first word: a given name alone with the middle name tells enough.
    return contacts + names + [name.split(maxsplit=1)[1] for name in names]


#: What is on a picture is held by a test of its own, from the words that it is drawn of.
NO_TEXT = (".woff2", ".png")


def readable(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same files, a workbook and the press kit as the texts that they pack."""
    texts = {name: content for name, content in files.items() if not name.endswith((".xlsx", ".zip"))}
    for name in files.keys() - texts.keys():
        with zipfile.ZipFile(io.BytesIO(files[name])) as book:
            texts |= {f"{name}/{part}": book.read(part) for part in book.namelist()}
    return texts


@pytest.mark.parametrize("depth", [0, 3, 1000])
def test_no_output_holds_what_is_masked(contest: Contest, app: Flask, depth: int) -> None:
    contest.let_out(PublishSettings(depth=depth))
    contest.campaign.tagline = ""
    # A contact may stand where nobody expects one: in a unit's name, in a winner's name, in a note.
    contest.people[0].unit_name = f"Tổ dân phố 5, {PHONE}"
    contest.people[1].name = f"{NAMES[1]} {EMAIL}"
    contest.adopt()
    release = contest.publish()
    snapshot = snapshot_of(release)
    outputs = readable(contest.files(release))
    with app.app_context():
        build_bundle(contest.ctx, {"release_id": release.id}, lambda _done, _total: None)
    contest.ctx.session.commit()
    client = app.test_client()
    for base in ("", "release/1/"):
        for key in page_keys(snapshot):
            address = f"/c/hoi-thi/publishing/{base}{'' if key == 'results' else key}"
            for language in ("vi", "en"):
                client.set_cookie("lang", language)
                response = client.get(address)
                assert response.status_code == 200
                outputs[f"{address} {language}"] = response.data
    outputs["/c/hoi-thi/"] = client.get("/c/hoi-thi/").data
    assert len(outputs) > 30
    for name, content in outputs.items():
        if name.endswith(NO_TEXT):
            continue
        text = html.unescape(content.decode())
        leaked = [value for value in forbidden(contest) if value in text]
        assert leaked == [], name
    # The search can find: the winners are there.
    assert NAMES[0] in outputs["index.html"].decode()
    assert (f"{contest.people[4].code}" in outputs["data.json"].decode()) is (depth == 1000)


def test_nobody_excluded_or_on_a_committee_is_named(contest: Contest) -> None:
    excluded = contest.people.pop(0)
    exclude_entry(contest.staff[0], enrolment=excluded, reason="Thành viên Tổ Giúp việc")
    contest.let_out(PublishSettings(depth=1000))
    contest.adopt()
    release = contest.publish()
    for name, content in readable(contest.files(release)).items():
        assert excluded.name.encode() not in content, name
        assert excluded.code.encode() not in content, name
        assert b"Nguy\xe1\xbb\x85n V\xc4\x83n 0" not in content, name  # how the factories call committee members


def test_a_child_without_consents_wins_without_a_name(contest: Contest) -> None:
    winner, other = contest.people[0], contest.people[WINNERS]
    winner.publishes_name = other.publishes_name = False
    contest.let_out(PublishSettings(depth=1000))
    contest.adopt()
    release = contest.publish()
    outputs = readable(contest.files(release))
    for person in (winner, other):
        # Not even the family name, which others are shown with.
        hidden = [person.name.encode(), mask_name(person.name).encode()]
        assert [name for name, content in outputs.items() if any(word in content for word in hidden)] == []
        assert person.code in outputs["data.json"].decode()
    assert "không công bố họ tên" in outputs["data.json"].decode()


@pytest.mark.parametrize(
    "settings", [PublishSettings(everybody=True, full_names=True), PublishSettings(depth=5, full_names=True)]
)
def test_where_the_rules_say_so_everybody_on_a_ranking_is_named_in_full_and_nobody_else(
    contest: Contest, settings: PublishSettings
) -> None:
    child = contest.people[WINNERS]
    child.publishes_name = False
    contest.let_out(settings)
    contest.adopt()
    outputs = readable(contest.files(contest.publish()))
    (ranking,) = (one for one in json.loads(outputs["data.json"])["sections"] if one["page"] == "results")
    names = [row[2] for row in ranking["rows"]]
    listed = contest.people if settings.everybody else contest.people[:5]
    expected = ["không công bố họ tên" if person is child else person.name for person in listed]
    assert names == [name.replace(PHONE, "•••") for name in expected]
    assert "Chỉ người đạt giải" not in ranking["note"] + outputs["README.txt"].decode()
    unlisted = [person.name for person in contest.people if person not in listed]
    contacts = [value for value in forbidden(contest) if not any(value in person.name for person in contest.people)]
    assert leaks(outputs, [*contacts, child.name, mask_name(child.name), PHONE, EMAIL, *unlisted]) == []


# --- every value that somebody may have written somewhere, in every output ------------------------------------------

CITIZEN_ID, OLD_PAPER, BORN = "034099001234", "151234567", "01/02/2010"
#: What stands in texts that people write: a unit, a note, a title, news, a document, a reason.
LEAK = f"gọi {PHONE}, thư {EMAIL}, CCCD {CITIZEN_ID}, CMND {OLD_PAPER}, sinh ngày {BORN}"
VALUES = (PHONE, PHONE.replace(" ", ""), EMAIL, CITIZEN_ID, OLD_PAPER, BORN)


def everything(contest: Contest, app: Flask) -> dict[str, bytes]:
    """Every output there is: pages, data, keys, tombstones, and each file of the bundles as it is packed."""
    client = app.test_client()
    found: dict[str, bytes] = {}
    base = "/c/hoi-thi/publishing/"
    numbers = list(contest.ctx.session.scalars(sa.select(Release.number)))
    contest.ctx.session.commit()
    paths = ["", *(f"release/{number}/" for number in numbers)]
    addresses = [f"{base}{path}{key}" for path in paths for key in ("", "awards", "units", "statistics", "documents")]
    addresses += [f"{base}release/{number}/data.json" for number in numbers]
    addresses += [f"{base}{path}" for path in ("check", "keys.json", "embed", "feed.xml")]
    for address in addresses:
        found[address] = client.get(address).data
    for number in numbers:
        answer = client.get(f"{base}release/{number}/bundle.zip")
        if answer.status_code == 200:
            with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
                found |= {f"{number}: {name}": archive.read(name) for name in archive.namelist()}
    return found


def leaks(outputs: dict[str, bytes], values: Iterable[str]) -> list[tuple[str, str]]:
    """Where which value stands."""
    written = {name: content for name, content in readable(outputs).items() if not name.endswith(NO_TEXT)}
    texts = {name: html.unescape(content.decode()) for name, content in written.items()}
    return [(name, value) for name, text in texts.items() for value in values if value in text]


def test_no_value_that_is_masked_stands_in_any_output_of_any_release(contest: Contest, app: Flask) -> None:
    contest.let_out(PublishSettings(depth=1000))
    contest.round_.title = f"Vòng 1, {LEAK}"
    contest.people[0].unit_name = f"Tổ 5, {LEAK}"
    contest.people[1].name = f"{NAMES[1]} {LEAK}"
    child, grown = contest.people[2], contest.people[WINNERS]
    child.publishes_name = grown.publishes_name = False
    contest.ctx.session.add_all(
        [
            Document(
                campaign_id=contest.campaign.id, key="a", kind="plan", title=LEAK, issuer=LEAK,
                symbol=f"52/KH {PHONE}", created_at=contest.ctx.now,
            ),
            Announcement(
                campaign_id=contest.campaign.id, subject=LEAK, body=f"**{LEAK}**", audience="enrolled", is_public=True,
                state="sent", created_at=contest.ctx.now, confirmed_at=contest.ctx.now, started_at=contest.ctx.now,
                confirmed_by_id=contest.staff[0].actor.user_id,
            ),
        ]
    )  # fmt: skip
    contest.adopt()
    withdrawn = contest.publish()
    withdrawals.ask(contest.staff[0], campaign=contest.campaign, number=withdrawn.number, reason=LEAK)
    withdrawals.confirm(contest.staff[1], campaign=contest.campaign, number=withdrawn.number)
    corrected = contest.publish(f"Sửa: {LEAK}")
    last = contest.publish(f"Sửa nữa: {LEAK}")
    for release in (corrected, last):
        with app.app_context():
            build_bundle(contest.ctx, {"release_id": release.id}, lambda _done, _total: None)
    contest.ctx.session.commit()
    outputs = everything(contest, app)
    assert len(outputs) > 60
    assert leaks(outputs, VALUES) == []
    winners = contest.people[:WINNERS]
    nameless = [person.name for person in contest.people if person not in winners or person is child]
    assert leaks(outputs, [part for name in nameless for part in (name, name.split(maxsplit=1)[1])]) == []
    assert leaks(outputs, [mask_name(child.name), mask_name(grown.name)]) == []
    # The search can find: winners whose names may be shown are there.
    assert leaks(outputs, [NAMES[0]])


def test_without_prizes_and_without_any_format_all_outputs_are_made_of_what_remains(
    contest: Contest, app: Flask
) -> None:
    contest.adopt()
    contest.campaign.plugins = ["publishing"]
    release = contest.publish()
    with app.app_context():
        build_bundle(contest.ctx, {"release_id": release.id}, lambda _done, _total: None)
    contest.ctx.session.commit()
    outputs = everything(contest, app)
    assert leaks(outputs, NAMES) == []
    assert "1: index.html" in outputs
    assert "1: awards.html" not in outputs
    assert app.test_client().get("/c/hoi-thi/publishing/units").status_code == 200
