"""The JSON Schema of releases: as precise as the code, and whoever has the data finds it beside them.

That every release which any test makes is as the schema says is held in ``conftest``.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from cuocthi.contributions import PublicationSection
from cuocthi.timelines.models import PhaseKind
from cuocthi.web.charts import Kind
from cuocthi_publishing.domain.choice import Choice
from cuocthi_publishing.domain.masking import FIELDS
from cuocthi_publishing.domain.pages import TITLES
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.schemas import FILE, VERSION, schema
from cuocthi_publishing.settings import PublishSettings

from .conftest import Contest
from .described import complaints, described

if TYPE_CHECKING:
    from flask.testing import FlaskClient

Values = dict[str, Any]
BASE = "/c/hoi-thi/publishing/"


@pytest.fixture
def values(contest: Contest) -> Values:
    """The values of a correction in which every part has something."""
    contest.let_out(PublishSettings(depth=8))
    contest.campaign.tagline = "final"
    contest.adopt()
    contest.publish()
    return snapshot_of(contest.publish("Sửa điểm của một người."))


def every(node: Any) -> Iterator[Values]:
    """Every schema within a schema."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from every(value)
    elif isinstance(node, list):
        for value in node:
            yield from every(value)


def test_it_is_a_schema_of_the_version_that_data_name(values: Values) -> None:
    Draft202012Validator.check_schema(described())
    assert values["schema"] == described()["properties"]["schema"]["const"] == VERSION
    assert values["$schema"] == described()["properties"]["$schema"]["const"] == FILE
    assert complaints(values) == []


def test_every_member_is_described_and_nothing_else_may_come() -> None:
    for node in every(described()):
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert set(node["required"]) <= set(node["properties"])
            for name, member in node["properties"].items():
                assert member.get("description"), name


def test_what_it_lists_is_what_the_code_knows() -> None:
    parts, section = described()["properties"], described()["$defs"]["section"]["properties"]
    assert parts["phases"]["items"]["properties"]["kind"]["enum"] == list(PhaseKind)
    assert set(parts["choice"]["properties"]) == {field.name for field in fields(Choice)}
    assert section["page"]["enum"] == list(TITLES)
    assert section["chart"]["enum"] == ["", *Kind]
    assert set(section["columns"]["items"]["properties"]["kind"]["enum"]) == set(FIELDS)
    owned = {field.name for field in fields(PublicationSection)}
    assert set(section) - owned == set(), "a section says nothing that plugins cannot contribute"


#: Stands for a member that is taken away.
GONE = object()


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("schema", "cuocthi-release/3"),
        ("more", 1),
        ("audit", GONE),
        ("audit", "17"),
        ("release.number", GONE),
        ("release.number", 0),
        ("release.made_at", "2024-10-01 10:00"),
        ("release.made_at", "2024-13-01T10:00:00.000Z"),
        ("release.replaces.digest", "ABC"),
        ("release.changes", [{"title": "Số liệu", "lines": []}]),
        ("campaign.accent", "red"),
        ("campaign.support_email", "btc@example.com"),
        ("choice.depth", -1),
        ("sources.0.kind", "hearsay"),
        ("sources.0.number", GONE),
        ("sources.1.number", 1),
        ("figures.0.value", "8"),
        ("phases.0.kind", "party"),
        ("documents", [{"symbol": "", "title": "Kế hoạch", "issuer": "", "issued_on": "31/12/2024", "url": ""}]),
        ("sections.0.page", "elsewhere"),
        ("sections.0.columns.0.kind", "telephone"),
        ("sections.0.rows.0.0", 1.5),
        ("sections.0.rows.0.0", ["Nguyễn"]),
    ],
)
def test_what_is_changed_against_its_rules_is_named(values: Values, place: str, value: object) -> None:
    changed: Any = copy.deepcopy(values)
    *steps, last = (int(step) if step.isdecimal() else step for step in place.split("."))
    node = changed
    for step in steps:
        node = node[step]
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    assert complaints(changed)
    assert complaints(values) == []


def test_the_schema_lies_beside_the_data_here_and_in_the_bundle(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    release = contest.publish()
    made = contest.files(release)
    contest.ctx.session.commit()
    named = json.loads(made["data.json"])["$schema"]
    assert json.loads(made[named]) == described()
    for address in (BASE + named, f"{BASE}release/1/{named}"):
        answer = client.get(address)
        assert (answer.data, answer.content_type) == (made[named], "application/schema+json")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get(f"{BASE}release/2/{named}").status_code == 404


def test_of_older_forms_there_is_no_schema() -> None:
    assert schema("cuocthi-release/3") is None
    assert schema("../../models") is None
