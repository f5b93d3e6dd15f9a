"""The snapshot of a release: one set of plain values, from which every page and every file is made.

It holds nothing that may not be published. Its canonical JSON is ``data.json`` of the bundle, and the SHA-256 of that
is the release's digest. The schema is described in the bundle's README.txt; a change of it raises ``SCHEMA``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.audit.domain import head
from cuocthi.contributions import AwardList
from cuocthi.documents.queries import documents
from cuocthi.enrolments.public_names import unnamed_in_public
from cuocthi.text import T
from cuocthi.timelines.queries import phases
from cuocthi.web.formats import iso
from cuocthi_publishing import queries
from cuocthi_publishing.domain.masking import without_contacts
from cuocthi_publishing.domain.sections import Material, sections
from cuocthi_publishing.domain.suppression import is_small

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi_publishing.models import Release
    from cuocthi_publishing.settings import PublishSettings

SCHEMA = "cuocthi-release/1"

Snapshot = dict[str, Any]


def gather(ctx: Context, *, campaign: Campaign, settings: PublishSettings, vault: Vault | None = None) -> Material:
    """Read what a snapshot is made of: adopted rankings, award lists, and who stands without a name.

    ``vault`` is needed for :func:`compose`, where the campaign asks for dates of birth.
    """
    return Material(
        campaign=campaign,
        settings=settings,
        ranked=queries.adopted_rankings(ctx, campaign_id=campaign.id),
        award_lists=ctx.hooks.collect(ctx, campaign, "award_lists", AwardList),
        unnamed=unnamed_in_public(ctx, campaign_id=campaign.id),
        vault=vault,
    )


def sources(material: Material) -> list[dict[str, Any]]:
    """Return what the figures rest on, each with its digest: a release is out of date when this has changed."""
    rankings = [
        {"kind": "ranking", "title": round_.title, "number": ranking.number, "digest": ranking.digest}
        for round_, ranking in material.ranked
    ]
    lists = [source for found in material.award_lists for source in _of_list(found, material)]
    return [*rankings, *(lists if material.settings.awards else [])]


def _of_list(found: AwardList, material: Material) -> Iterator[dict[str, Any]]:
    yield {"kind": "award_list", "title": found.title, "digest": found.digest}
    if found.decision is not None:
        title = material.say(
            T("%(list)s, final by decision %(number)s", list=found.title, number=found.decision.number)
        )
        yield {"kind": "final_award_list", "title": title, "digest": found.final_digest}


def compose(
    ctx: Context, *, material: Material, number: int, made_at: datetime, note: str, replaces: Release | None
) -> Snapshot:
    """Return the snapshot of a new release; persons are masked in it already, and small groups are left out.

    Raises ValueError without the vault where the campaign asks for dates of birth.
    """
    campaign = material.campaign
    return {
        "schema": SCHEMA,
        "release": {
            "number": number,
            "made_at": iso(made_at),
            "note": note,
            "replaces": {"number": replaces.number, "digest": replaces.digest} if replaces else None,
        },
        "campaign": _campaign(campaign),
        "sources": sources(material),
        "figures": _figures(ctx, material) if material.settings.statistics else [],
        "phases": _phases(ctx, campaign),
        "documents": _documents(ctx, campaign),
        "sections": sections(ctx, material=material),
        "audit": _anchor(ctx),
    }


def _anchor(ctx: Context) -> str | None:
    """Return the end of the audit log: what is published holds everything before it fast."""
    end = head(ctx)
    return None if end is None else str(end)


def _campaign(campaign: Campaign) -> dict[str, str]:
    # The host body's own telephone number is meant for the public and stands on every page.
    names = (
        "slug",
        "name",
        "language",
        "accent",
        "host_name",
        "host_parent",
        "standing_office",
        "support_phone",
        "support_hours",
        "responsible",
    )
    return {name: getattr(campaign, name) for name in names}


def _figures(ctx: Context, material: Material) -> list[dict[str, Any]]:
    say = material.say
    persons, units = queries.persons_and_units(ctx, rankings=material.rankings)
    registered = queries.registered_persons(ctx, campaign_id=material.campaign.id)
    entries = sum(ranking.entries for ranking in material.rankings)
    titled = (
        ("registered", T("persons registered"), registered),
        ("persons", T("persons with a result"), persons),
        ("entries", T("entries"), entries),
        ("units", T("units with persons taking part"), units),
    )
    few = {"registered": registered, "persons": persons, "entries": persons, "units": persons}
    return [{"key": key, "title": say(title), "value": value} for key, title, value in titled if not is_small(few[key])]


def _phases(ctx: Context, campaign: Campaign) -> list[dict[str, Any]]:
    return [
        {
            "key": phase.key,
            "kind": str(phase.kind),
            "title": phase.title,
            "opens_at": iso(phase.opens_at),
            "closes_at": iso(phase.closes_at),
        }
        for phase in phases(ctx, campaign_id=campaign.id)
    ]


def _documents(ctx: Context, campaign: Campaign) -> Sequence[dict[str, Any]]:
    return [
        {
            "symbol": document.symbol,
            "title": without_contacts(document.title),
            "issuer": document.issuer,
            "issued_on": document.issued_on.isoformat() if document.issued_on else None,
            "url": document.url,
        }
        for document in documents(ctx, campaign_id=campaign.id, public_only=True)
    ]
