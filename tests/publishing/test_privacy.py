"""Every output is searched for every value that may not go out."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest

from cuocthi.standings.decisions import exclude_entry
from cuocthi_publishing.domain.masking import mask_name
from cuocthi_publishing.domain.pages import page_keys
from cuocthi_publishing.domain.releases import snapshot_of
from cuocthi_publishing.jobs import build_bundle
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
    outputs = contest.files(release)
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
        if name.endswith(".woff2"):
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
    for name, content in contest.files(release).items():
        assert excluded.name.encode() not in content, name
        assert excluded.code.encode() not in content, name
        assert b"Nguy\xe1\xbb\x85n V\xc4\x83n 0" not in content, name  # how the factories call committee members


def test_a_child_without_consents_wins_without_a_name(contest: Contest) -> None:
    winner, other = contest.people[0], contest.people[WINNERS]
    winner.publishes_name = other.publishes_name = False
    contest.let_out(PublishSettings(depth=1000))
    contest.adopt()
    release = contest.publish()
    outputs = contest.files(release)
    for person in (winner, other):
        # Not even the family name, which others are shown with.
        hidden = [person.name.encode(), mask_name(person.name).encode()]
        assert [name for name, content in outputs.items() if any(word in content for word in hidden)] == []
        assert person.code in outputs["data.json"].decode()
    assert "không công bố họ tên" in outputs["data.json"].decode()
