"""A whole campaign through the command: repeatable to the last digit, and adding up to the published bundle."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.files.domain import path_of

from .conftest import Rehearsed, cuocthi

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.postgres
def test_postgresql_gives_the_same_standings_to_the_last_digit(
    on_sqlite: Rehearsed, rehearse: Callable[..., Rehearsed], new_database: Callable[[], str]
) -> None:
    again = rehearse("-n", 60, database_url=new_database())
    assert again.standings == on_sqlite.standings
    assert again.figures == on_sqlite.figures


@pytest.mark.postgres
def test_another_order_of_insertion_gives_the_same_standings(
    on_sqlite: Rehearsed, rehearse: Callable[..., Rehearsed], new_database: Callable[[], str]
) -> None:
    shuffled = rehearse("-n", 60, "--shuffle", database_url=new_database())
    order = "SELECT name FROM core_enrolment ORDER BY id LIMIT 1"
    with on_sqlite.database() as one, shuffled.database() as other:
        assert one.execute(sa.text(order)).scalar_one() != other.execute(sa.text(order)).scalar_one()
    assert shuffled.standings == on_sqlite.standings
    assert shuffled.figures == on_sqlite.figures


def test_another_seed_gives_other_standings(on_sqlite: Rehearsed, rehearse: Callable[..., Rehearsed]) -> None:
    assert rehearse("-n", 60, "--seed", 2).digest != on_sqlite.digest


def test_the_first_places_stand_there_with_the_values_that_decided(on_sqlite: Rehearsed) -> None:
    title, heading, *lines = on_sqlite.standings.splitlines()
    assert title == "Thi trực tuyến"
    assert heading.split() == ["rank", "number", "name", "score", "prediction_error"]
    places = [line.split() for line in lines[:10]]
    keys = [(-int(words[-2]), int(words[-1])) for words in places]
    assert keys == sorted(keys)
    ranks = [1 + sum(other < key for other in keys) for key in keys]
    assert [int(words[0].rstrip("=")) for words in places] == ranks


def test_every_figure_adds_up(on_sqlite: Rehearsed) -> None:
    figures = on_sqlite.figures
    assert figures["registered"] == figures["entries"] == figures["persons ranked"] == "60"
    assert on_sqlite.number("SELECT count(*) FROM quiz_attempt WHERE submitted_at IS NOT NULL AND score >= 0") == 60
    saved = "SELECT count(*) FROM quiz_answer"
    predicted = "SELECT count(*) FROM quiz_attempt WHERE prediction IS NOT NULL"
    assert int(figures["answers acknowledged"]) == on_sqlite.number(saved) + on_sqlite.number(predicted)
    tied = "SELECT count(*) FROM (SELECT key_1 FROM core_standing GROUP BY key_1, key_2 HAVING count(*) {})"
    alone = on_sqlite.number(tied.format("= 1"))
    assert int(figures["persons in ties"]) == 60 - alone > 0
    assert int(figures["largest tie"]) >= 2
    assert on_sqlite.number("SELECT count(*) FROM prizes_award") == int(figures["awards"]) == 16


def test_every_score_is_what_the_stored_answers_say(on_sqlite: Rehearsed) -> None:
    query = """
    SELECT a.id, r.score, r.duration_ms, (a.submitted_at - a.started_at) / 1000, m.value, a.prediction, a.handed_in_by,
        r.max_score
    FROM quiz_attempt AS a
    JOIN core_result AS r ON r.enrolment_id = a.enrolment_id
    LEFT JOIN core_result_measure AS m ON m.result_id = r.id AND m.key = 'prediction_error'
    """
    answers = """
    SELECT i.attempt_id, s.response, q.key FROM quiz_item AS i
    JOIN quiz_revision AS q ON q.id = i.revision_id
    JOIN quiz_answer AS s ON s.attempt_id = i.attempt_id AND s.position = i.position
    """
    counted: Counter[int] = Counter()
    with on_sqlite.database() as connection:
        rows = connection.execute(sa.text(query)).all()
        for attempt_id, response, key in connection.execute(sa.text(answers)):
            mask = sum(1 << place for place in json.loads(key)["right"])
            counted[attempt_id] += 1000 * (response == str(mask))
    right = sum(row.score == row.max_score for row in rows)
    assert right == int(on_sqlite.figures["everything right"]) > 0
    for attempt_id, score, duration, between, error, prediction, _, _ in rows:
        assert (score, duration) == (counted[attempt_id], between)
        assert error == (None if prediction is None else 1000 * abs(prediction - right))
    assert {row.handed_in_by for row in rows} == {"participant", "deadline"}


def test_the_published_bundle_passes_verification(on_sqlite: Rehearsed, tmp_path: Path) -> None:
    query = (
        "SELECT f.sha256, r.digest, r.signed_with FROM publishing_release AS r "
        "JOIN core_file AS f ON f.id = r.bundle_file_id"
    )
    with on_sqlite.database() as connection:
        sha256, digest, key = connection.execute(sa.text(query)).one()
    assert digest == on_sqlite.figures["digest of the release"]
    bundle = path_of(on_sqlite.instance / "files", sha256)
    status, output = cuocthi(tmp_path, "verify", bundle, "--digest", digest, "--key", key)
    assert status == 0, output
    # The manifest lists all files but itself and its signature.
    listed = int(on_sqlite.figures["files in the bundle"]) - 2
    assert f"OK ({listed})" in output
    code, said = cuocthi(on_sqlite.instance, "audit", "verify")
    assert (code, said.startswith("the chain is whole\n")) == (0, True)


def test_a_database_that_is_not_empty_is_refused_and_left_alone(
    on_sqlite: Rehearsed, empty_url: str, tmp_path: Path
) -> None:
    url = empty_url or f"sqlite:///{tmp_path / 'cuocthi.sqlite3'}"
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE somebodys (name TEXT)"))
        connection.execute(sa.text("INSERT INTO somebodys VALUES ('giữ nguyên')"))
    for number in (0, 5):
        status, output = cuocthi(tmp_path, "rehearse", "-n", number, "--keep", tmp_path, database_url=empty_url)
        assert status == 1
        assert "bảng" in output
        assert "Traceback" not in output
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["somebodys"]
        assert connection.execute(sa.text("SELECT name FROM somebodys")).scalars().all() == ["giữ nguyên"]


def test_a_rehearsal_never_runs_over_an_earlier_one(on_sqlite: Rehearsed, tmp_path: Path) -> None:
    database = on_sqlite.instance / "cuocthi.sqlite3"
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    status, _ = cuocthi(tmp_path, "rehearse", "-n", 5, "--keep", on_sqlite.instance)
    assert status == 1
    assert hashlib.sha256(database.read_bytes()).hexdigest() == before


@pytest.mark.slow
def test_the_pages_lead_everybody_from_joining_to_the_ranking(
    empty_url: str, rehearse: Callable[..., Rehearsed]
) -> None:
    people = 6
    through = rehearse("--http", "-n", people, database_url=empty_url)
    counts = [through.figures[title] for title in ("registered", "entries", "persons ranked", "answers acknowledged")]
    assert counts == [str(people)] * 3 + [str(people * 21)]
    assert through.number("SELECT count(*) FROM quiz_answer WHERE response <> ''") == people * 20
    assert through.number("SELECT count(*) FROM quiz_attempt WHERE prediction IS NOT NULL") == people
