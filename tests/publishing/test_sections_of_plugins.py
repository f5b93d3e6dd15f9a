"""Where the sections that plugins contribute stand in a publication."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.settings import save_settings
from cuocthi.contributions import Column, PublicationSection
from cuocthi.contributions.publication import COLUMN_KINDS, NUMBER_KINDS
from cuocthi.errors import ContractError, DomainError
from cuocthi.plugins.manager import Hooks
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session
from cuocthi_publishing.domain.cells import NUMBERS, written
from cuocthi_publishing.domain.masking import FIELDS
from cuocthi_publishing.domain.pages import Links, render_body
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.models import Release
from cuocthi_publishing.settings import OWNER, PublishSettings

from .conftest import PHONE, Contest

if TYPE_CHECKING:
    from flask import Flask

NOWHERE = Links(page=lambda key: f"#{key}", release=lambda _number: "")
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def contribute(monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    """Let a plugin contribute one more section, on that page."""
    columns, rows = [Column("question", "Câu hỏi")], [(f"Gọi {PHONE}?",)]
    contribute_when_asked(monkeypatch, lambda: PublicationSection("faq", "Hỏi đáp", columns, rows, page=page))


def contribute_when_asked(monkeypatch: pytest.MonkeyPatch, made: Callable[[], PublicationSection]) -> None:
    """Let a plugin contribute one more section, which it makes when it is asked."""
    ask = Hooks.collect_by_plugin

    def asked(hooks: Hooks, ctx: object, campaign: object, hook: str, *rest: object, **named: object) -> object:
        more = [("desk", made())] if hook == "publication_sections" else []
        return [*ask(hooks, ctx, campaign, hook, *rest, **named), *more]  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(Hooks, "collect_by_plugin", asked)


@on_one_database
def test_what_there_is_to_read_stands_beside_the_documents_with_and_without_statistics(
    contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    contribute(monkeypatch, "documents")
    save_settings(contest.ctx, owner=OWNER, campaign=contest.campaign, value=PublishSettings(statistics=False))
    contest.adopt()
    release = contest.release()
    snapshot = snapshot_of(release)
    assert [section["key"] for section in snapshot["sections"] if section["page"] == "documents"] == ["desk-faq"]
    assert not [section for section in snapshot["sections"] if section["page"] == "statistics"]
    body = render_body(snapshot, release.digest, "documents", NOWHERE)
    assert "Gọi •••?" in body
    assert PHONE not in body


@on_one_database
def test_a_section_on_a_page_that_there_is_not_is_a_mistake_of_the_plugin(
    contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    contribute(monkeypatch, "awards")
    contest.adopt()
    with pytest.raises(DomainError, match="cannot stand on a page 'awards'"):
        contest.release()


NAME, NUMBER = Column("a", "A"), Column("b", "B", "integer")


@on_one_database
@pytest.mark.parametrize(
    ("columns", "rows", "more", "fault"),
    [
        ([NAME, NUMBER], [("x", 1)], {"chart": "pie"}, "'pie', which is no chart"),
        ([NAME, NUMBER], [("x", 1)], {"drawn": ["a"]}, "no numbers"),
        ([NAME], [("x",)], {"chart": "bar"}, "no numbers"),
        ([NAME, Column("b", "B", "percent")], [("x", 10)], {}, "unknown kind 'percent'"),
        ([NAME, NUMBER], [("y", 1), ("x",)], {}, "1 values in row 2, not 2"),
        ([NAME, NUMBER], [("x", "1")], {}, "something else than an integer as a number in row 1"),
        ([NAME, NUMBER], [("x", 0.5)], {}, "something else than an integer as a number in row 1"),
        ([NAME, Column("b", "B", "integer", persons="c")], [("x", 1)], {}, r"has not: \['c'\]"),
        ([NAME, NAME], [("x", "y")], {}, "two with one key"),
        ([], [], {}, "has no columns"),
    ],
)
def test_a_section_that_no_page_could_show_is_refused_before_there_is_a_release(
    contest: Contest,
    monkeypatch: pytest.MonkeyPatch,
    columns: list[Column],
    rows: list[Any],
    more: dict[str, Any],
    fault: str,
) -> None:
    def made() -> PublicationSection:
        return PublicationSection("wild", "Lạ", columns, rows, **more)

    with pytest.raises(ContractError, match=rf"the section 'wild' .*{fault}"):
        made()
    contest.adopt()
    contribute_when_asked(monkeypatch, made)
    with pytest.raises(DomainError, match=fault):
        contest.release()
    assert contest.ctx.session.scalars(sa.select(Release)).all() == []


@on_one_database
def test_a_page_that_cannot_be_rendered_is_found_when_the_release_is_made(
    contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    contribute(monkeypatch, "statistics")
    contest.adopt()

    def fails(value: str | int | None, kind: str, language: str) -> str:
        if value == "Gọi •••?":
            raise ZeroDivisionError
        return written(value, kind, language)

    monkeypatch.setattr("cuocthi_publishing.domain.pages.written", fails)
    with pytest.raises(DomainError, match=r"“Hỏi đáp” cannot be shown.*ZeroDivisionError"):
        contest.release()
    assert contest.ctx.session.scalars(sa.select(Release)).all() == []


def test_every_kind_of_column_has_a_rule_of_masking_and_numbers_are_written_as_such() -> None:
    assert set(FIELDS) == COLUMN_KINDS
    assert {*NUMBERS, "moment"} == NUMBER_KINDS


@on_one_database
def test_what_is_published_can_be_withdrawn_although_a_plugin_contributes_what_cannot_be(
    contest: Contest, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    contest.adopt()
    contest.publish()
    token = start_session(contest.ctx, user_id=contest.staff[0].actor.user_id or 0, device="test", hours=24)
    contest.ctx.session.commit()
    contribute(monkeypatch, "awards")
    _, page = browser_over(app.test_client(), session_token=token).get("/c/hoi-thi/publishing/releases")
    assert "cannot stand on a page" in page
    assert "/releases/1/withdraw" in page
