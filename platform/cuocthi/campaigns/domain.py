"""Making a campaign and changing what it says of itself."""

from __future__ import annotations

import dataclasses
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign, Headcount
from cuocthi.campaigns.queries import campaign_by_slug
from cuocthi.consents.domain import keep_words
from cuocthi.errors import Conflict, DomainError
from cuocthi.text import T, Text, cleaned
from cuocthi.users.names import fold
from cuocthi.web import colour

if TYPE_CHECKING:
    from cuocthi.context import Context

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SLUG_LENGTH = 60
#: So much of the name an address is made of; room is left for a number.
_STEM_LENGTH = 55
_NO_WORD = re.compile(r"[^a-z0-9]+")
_CATEGORY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Basics:
    """What a campaign says of itself: its texts, its look, who holds it and whom to ask."""

    name: str
    host_name: str
    tagline: str = ""
    summary: str = ""
    purpose: str = ""
    requirements: str = ""
    content: str = ""
    audience: str = ""
    language: str = "vi"
    accent: str = "#0a5f66"
    host_parent: str = ""
    standing_office: str = ""
    support_phone: str = ""
    support_hours: str = ""
    responsible: str = ""
    portal_url: str = ""
    consent_text: str = ""


def create_campaign(
    ctx: Context, *, slug: str, basics: Basics, plugins: Sequence[str] = (), categories: Mapping[str, str] | None = None
) -> Campaign:
    """Create a campaign as a draft; its key for random draws is drawn here and never changes.

    ``categories`` are the kinds of entrants, titles by key.

    Raises DomainError for an address, a category or a colour that cannot be, Conflict if the address is taken.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > _SLUG_LENGTH:
        raise DomainError(
            T(
                "The address may hold lower-case letters, digits and single hyphens, %(most)s at most.",
                most=_SLUG_LENGTH,
            ),
            field="slug",
        )
    if campaign_by_slug(ctx, slug=slug) is not None:
        raise Conflict(T("There is already a campaign at the address “%(slug)s”.", slug=slug), field="slug")
    campaign = Campaign(
        slug=slug,
        plugins=list(plugins),
        categories=_checked_categories(categories or {}),
        draw_key=secrets.token_hex(32),
        version=1,
        created_at=ctx.now,
        **dataclasses.asdict(_checked(basics)),
    )
    ctx.session.add(campaign)
    ctx.session.flush()
    keep_words(ctx, campaign=campaign, material=True)
    record(
        ctx,
        action="core:campaign:create",
        summary=T("Created the campaign “%(name)s”", name=campaign.name),
        campaign=campaign,
        object_kind="campaign",
        object_id=campaign.id,
    )
    return campaign


def free_slug(ctx: Context, *, name: str) -> str:
    """Return a name in the address that is made of a campaign's name and that no other campaign has."""
    stem = _NO_WORD.sub("-", fold(name)).strip("-") or "cuoc-thi"
    if len(stem) > _STEM_LENGTH:
        stem = stem[: _STEM_LENGTH + 1].rpartition("-")[0] or stem[:_STEM_LENGTH]
    taken = set(ctx.session.scalars(sa.select(Campaign.slug).where(Campaign.slug.startswith(stem, autoescape=True))))
    number, slug = 1, stem
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug


def basics_of(campaign: Campaign) -> Basics:
    """Return what a campaign says of itself now."""
    return Basics(**{item.name: getattr(campaign, item.name) for item in dataclasses.fields(Basics)})


def edit_basics(ctx: Context, *, campaign: Campaign, basics: Basics, ask_again: bool = False) -> None:
    """Change what a campaign says of itself. Raises DomainError for a colour that cannot be.

    Other words of consent become a version of their own; ``ask_again`` says that the change is material, so that who
    takes part already is asked to consent anew.
    """
    before, after = dataclasses.asdict(basics_of(campaign)), dataclasses.asdict(_checked(basics))
    changed = {name: value for name, value in after.items() if before[name] != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(campaign, name, value)
    keep_words(ctx, campaign=campaign, material=ask_again)
    asked = {"ask_again": ask_again} if "consent_text" in changed else {}
    _changed(
        ctx,
        campaign,
        action="core:campaign:edit",
        summary=T("Changed the campaign's basics"),
        before={name: before[name] for name in changed},
        after=changed | asked,
    )


def set_categories(ctx: Context, *, campaign: Campaign, categories: Mapping[str, str]) -> None:
    """Replace the kinds of entrants (titles by key).

    Raises DomainError for a key or title that cannot be, Conflict if one would vanish after the opening.
    """
    before, after = dict(campaign.categories), _checked_categories(categories)
    if campaign.opened_at is not None and set(before) - set(after):
        raise Conflict(T("The campaign has opened: categories can be renamed and added, but not taken away."))
    if before == after:
        return
    campaign.categories = after
    summary = T("Changed the categories of entrants")
    _changed(ctx, campaign, action="core:campaign:edit", summary=summary, before=before, after=after)


def set_plugins(ctx: Context, *, campaign: Campaign, plugins: Iterable[str], in_use: Iterable[str]) -> None:
    """Choose the parts that are enabled in a campaign; ``in_use`` are the formats of its rounds.

    Raises Conflict if the campaign has opened and a part would be taken away, or a round needs it.
    """
    wanted = [name for name in ctx.hooks.plugins if name in set(plugins)]
    absent = [name for name in campaign.plugins if name not in ctx.hooks.plugins]
    after = [*wanted, *absent]
    removed = set(campaign.plugins) - set(after)
    needed = sorted(removed & set(in_use))
    if needed:
        raise Conflict(T("A round is held with “%(name)s”; it stays enabled.", name=_title(ctx, needed[0])))
    if removed and campaign.opened_at is not None:
        raise Conflict(T("The campaign has opened: parts can be added, but not taken away."))
    before = list(campaign.plugins)
    if before == after:
        return
    campaign.plugins = after
    summary = T("Changed the parts that are enabled")
    _changed(
        ctx,
        campaign,
        action="core:campaign:edit",
        summary=summary,
        before={"plugins": before},
        after={"plugins": after},
    )


def replace_headcounts(
    ctx: Context,
    *,
    campaign: Campaign,
    numbers: Mapping[tuple[int, str], int],
    source: str = "",
    as_of: date | None = None,
) -> None:
    """Set how many people of each (unit id, category) are entitled to take part; what was set before is dropped."""
    ctx.session.execute(sa.delete(Headcount).where(Headcount.campaign_id == campaign.id))
    rows = [
        {
            "campaign_id": campaign.id,
            "unit_id": unit_id,
            "category": category,
            "number": number,
            "source": source,
            "as_of": as_of,
        }
        for (unit_id, category), number in numbers.items()
        if number
    ]
    if rows:
        ctx.session.execute(sa.insert(Headcount), rows)
    after = {"rows": len(rows), "total": sum(numbers.values()), "source": source}
    summary = T("Set the numbers of people entitled to take part")
    _changed(ctx, campaign, action="core:headcount:set", summary=summary, before={}, after=after)


def _changed(
    ctx: Context, campaign: Campaign, *, action: str, summary: Text, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    campaign.version += 1
    ctx.session.flush()
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=campaign,
        object_kind="campaign",
        object_id=campaign.id,
        before=dict(before),
        after=dict(after),
    )


def _checked(basics: Basics) -> Basics:
    basics = Basics(**{name: cleaned(text) for name, text in dataclasses.asdict(basics).items()})
    if not basics.name.strip():
        raise DomainError(T("The campaign needs a name."), field="name")
    if not basics.host_name.strip():
        raise DomainError(T("Please name the body that holds the campaign."), field="host_name")
    try:
        return dataclasses.replace(basics, accent=colour.normalised(basics.accent))
    except ValueError as error:
        raise DomainError(
            T("“%(colour)s” is no colour; write it as #0a5f66.", colour=basics.accent), field="accent"
        ) from error


def _checked_categories(categories: Mapping[str, str]) -> dict[str, str]:
    for key, title in categories.items():
        if not _CATEGORY.fullmatch(key):
            raise DomainError(
                T("The code “%(key)s” must be made of a–z, 0–9, hyphens and underscores, at most 40 of them.", key=key),
                field="categories",
            )
        if not title.strip() or len(title) > _TITLE_LENGTH:
            raise DomainError(
                T("The category “%(key)s” needs a title of at most %(most)s characters.", key=key, most=_TITLE_LENGTH),
                field="categories",
            )
    return dict(categories)


def _title(ctx: Context, name: str) -> Text | str:
    return ctx.hooks.plugins[name].title if name in ctx.hooks.plugins else name
