"""The blueprint of the rules, and how their pages show a clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g
from markupsafe import Markup

from cuocthi.rules.markdown import to_html
from cuocthi.rules.wording import wording
from cuocthi.web.blueprint import CampaignBlueprint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.rules.prose import Clause

EDIT = "core:document:edit"

blueprint = CampaignBlueprint("rules", "cuocthi.rules")


@dataclass(frozen=True, slots=True)
class Article:
    """A clause as a page shows it: numbered, its parts as HTML. ``own`` says that organisers wrote it."""

    key: str
    title: str
    before: Markup
    body: Markup
    after: Markup
    own: bool


def articles(clauses: Sequence[Clause]) -> list[Article]:
    """Return the clauses numbered in their order."""
    form = wording(g.campaign.language).clause
    return [
        Article(
            key=clause.key,
            title=form.format(number=number, heading=clause.heading),
            before=to_html(clause.before),
            body=to_html(clause.body),
            after=to_html(clause.after),
            own=clause.own,
        )
        for number, clause in enumerate(clauses, 1)
    ]
