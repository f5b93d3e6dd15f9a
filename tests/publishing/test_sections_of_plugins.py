"""Where the sections that plugins contribute stand in a publication."""

from __future__ import annotations

import pytest

from cuocthi.campaigns.settings import save_settings
from cuocthi.contributions import Column, PublicationSection
from cuocthi.errors import ContractError
from cuocthi_publishing.domain.pages import Links, render_body
from cuocthi_publishing.domain.releases import snapshot_of
from cuocthi_publishing.settings import OWNER, PublishSettings

from .conftest import PHONE, Contest

NOWHERE = Links(page=lambda key: f"#{key}", release=lambda _number: "")
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def contribute(contest: Contest, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    """Let a plugin contribute one more section, on that page."""
    section = PublicationSection("faq", "Hỏi đáp", [Column("question", "Câu hỏi")], [(f"Gọi {PHONE}?",)], page=page)
    hooks = contest.ctx.hooks
    ask = hooks.collect_by_plugin

    def asked(ctx: object, campaign: object, hook: str, *rest: object, **named: object) -> object:
        more = [("desk", section)] if hook == "publication_sections" else []
        return [*ask(ctx, campaign, hook, *rest, **named), *more]  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(hooks, "collect_by_plugin", asked)


@on_one_database
def test_what_there_is_to_read_stands_beside_the_documents_with_and_without_statistics(
    contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    contribute(contest, monkeypatch, "documents")
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
    contribute(contest, monkeypatch, "awards")
    contest.adopt()
    with pytest.raises(ContractError, match="cannot stand on a page 'awards'"):
        contest.release()
