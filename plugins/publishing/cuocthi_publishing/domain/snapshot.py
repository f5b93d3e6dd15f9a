"""The snapshot of a release: one set of plain values, from which every page and every file is made.

It holds nothing that may not be published. Its canonical JSON is ``data.json`` of the bundle, and the SHA-256 of that
is the release's digest. Its form is that of the JSON Schema in ``schemas/``; a change of it is another version there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cuocthi.audit.domain import head
from cuocthi.contributions import AwardList
from cuocthi.enrolments.public_names import unnamed_in_public
from cuocthi.text import T
from cuocthi.web.formats import iso
from cuocthi_publishing import queries
from cuocthi_publishing.domain.differences import differences
from cuocthi_publishing.domain.reading import reading
from cuocthi_publishing.domain.sections import CORE_GROUP, Material, sections
from cuocthi_publishing.domain.standing_figures import held_back
from cuocthi_publishing.domain.suppression import is_small
from cuocthi_publishing.schemas import FILE, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi_publishing.domain.choice import Choice
    from cuocthi_publishing.models import Release

Snapshot = dict[str, Any]


def gather(ctx: Context, *, campaign: Campaign, choice: Choice, vault: Vault | None = None) -> Material:
    """Read what a snapshot is made of: adopted rankings, award lists, and who stands without a name.

    Statistics that go out by a standing approval know no results. ``vault`` is needed for :func:`compose`, where the
    campaign asks for dates of birth.
    """
    results = not choice.groups
    return Material(
        campaign=campaign,
        choice=choice,
        ranked=queries.adopted_rankings(ctx, campaign_id=campaign.id) if results else [],
        award_lists=ctx.hooks.collect(ctx, campaign, "award_lists", AwardList) if results else [],
        unnamed=unnamed_in_public(ctx, campaign_id=campaign.id),
        vault=vault,
    )


def sources(material: Material) -> list[dict[str, Any]]:
    """Return what the figures rest on, each with its digest: a release is out of date when this has changed."""
    rankings = [
        {
            "kind": "ranking",
            "title": material.masking.text(round_.title),
            "number": ranking.number,
            "digest": ranking.digest,
        }
        for round_, ranking in material.ranked
    ]
    lists = [source for found in material.award_lists for source in _of_list(found, material)]
    return [*rankings, *(lists if material.choice.awards else [])]


def _of_list(found: AwardList, material: Material) -> Iterator[dict[str, Any]]:
    text = material.masking.text
    yield {"kind": "award_list", "title": text(found.title), "digest": found.digest}
    if found.decision is not None:
        named = {"list": text(found.title), "number": text(found.decision.number)}
        title = material.say(T("%(list)s, final by decision %(number)s", **named))
        yield {"kind": "final_award_list", "title": title, "digest": found.final_digest}


@dataclass(frozen=True, slots=True)
class Heading:
    """What a release says of itself.

    ``not_before`` is the moment from which it may be public, ``replaces`` the release that it corrects, ``former`` that
    one's values; ``standing`` marks one that nobody looked at, made under a standing approval, after the public has
    ``seen`` these values, the newest first.
    """

    number: int
    made_at: datetime
    note: str = ""
    not_before: datetime | None = None
    replaces: Release | None = None
    former: Snapshot | None = None
    standing: bool = False
    seen: Sequence[Snapshot] = ()


def compose(ctx: Context, *, material: Material, heading: Heading) -> Snapshot:
    """Return the snapshot of a new release; persons are masked in it already, and small groups are left out.

    Raises ValueError without the vault where the campaign asks for dates of birth.
    """
    tells = material.choice.statistics and material.choice.lets_out(CORE_GROUP, "")
    content = {
        "campaign": _campaign(material.campaign),
        "choice": material.choice.as_values(),
        "sources": sources(material),
        "figures": _figures(ctx, material) if tells else [],
        **reading(ctx, material=material),
        "sections": sections(ctx, material=material),
    }
    if heading.standing:
        content |= held_back(content, heading.seen, material.say)
    replaces, former = heading.replaces, heading.former
    return {
        "$schema": FILE,
        "schema": VERSION,
        "release": {
            "number": heading.number,
            "made_at": iso(heading.made_at),
            "not_before": iso(heading.not_before) if heading.not_before else None,
            "standing": heading.standing,
            "note": heading.note,
            "replaces": {"number": replaces.number, "digest": replaces.digest} if replaces else None,
            "changes": differences(former, content, material.say) if former else [],
        },
        **content,
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
    entries = sum(ranking.entries for _round, ranking in queries.entered(ctx, ranked=material.ranked))
    titled = [("registered", T("persons registered"), registered)]
    if material.ranked:
        titled += [
            ("persons", T("persons with a result"), persons),
            ("entries", T("entries"), entries),
            ("units", T("units with persons taking part"), units),
        ]
    few = {"registered": registered, "persons": persons, "entries": persons, "units": persons}
    return [{"key": key, "title": say(title), "value": value} for key, title, value in titled if not is_small(few[key])]
