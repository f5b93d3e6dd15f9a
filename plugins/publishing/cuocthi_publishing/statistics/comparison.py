"""A campaign beside the one before it: the same figures by the same definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.models import Campaign
from cuocthi.campaigns.queries import editions
from cuocthi.contributions import Column, PublicationSection
from cuocthi.text import T
from cuocthi_publishing.domain.suppression import is_small
from cuocthi_publishing.domain.tables import as_section
from cuocthi_publishing.queries import campaign_by_slug, current_release
from cuocthi_publishing.statistics.queries import Figures
from cuocthi_publishing.statistics.sections import kind_name, share
from cuocthi_publishing.statistics.units import kind_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_publishing.domain.choice import Choice
    from cuocthi_publishing.domain.tables import Section
    from cuocthi_publishing.settings import PublishSettings
    from cuocthi_publishing.statistics.sections import Counted

    Rows = Sequence[Sequence[str | int]]

_NOW, _BEFORE = "now", "before"


def compared_with(ctx: Context, *, campaign: Campaign, settings: PublishSettings | Choice) -> Campaign | None:
    """Return the campaign with which the settings compare this one: one they name, else the one that is held again."""
    if not settings.comparison:
        return None
    if settings.compared_with:
        return comparable(ctx, campaign=campaign, slug=settings.compared_with)
    return ctx.session.get(Campaign, campaign.earlier_id) if campaign.earlier_id else None


def comparable(ctx: Context, *, campaign: Campaign, slug: str) -> Campaign | None:
    """Return another campaign whose figures may stand beside this one's: an edition of it, or one that published.

    What others are still preparing, or never let out, is not to be read through a comparison.
    """
    named = campaign_by_slug(ctx, slug=slug)
    if named is None or named.id == campaign.id:
        return None
    if current_release(ctx, campaign_id=named.id) is not None:
        return named
    return named if named.id in set(ctx.session.scalars(editions(campaign_id=campaign.id))) else None


def comparison(counted: Counted, before: Counted, say: Callable[[Text], str]) -> Iterator[Section]:
    """Yield how many took part in both campaigns, as a whole and by category and kind of unit."""
    yield _whole(counted.whole, before, say)
    note = say(T("Persons who handed in. Before: %(campaign)s.", campaign=before.campaign.name))
    yield from _categories(counted, before, note, say)
    if counted.units.withheld or before.units.withheld:
        return
    both = [one.units.by_kind for one in (counted, before)]
    kinds = sorted({**both[0], **both[1]}, key=kind_order)
    if len(kinds) < 2:  # noqa: PLR2004 - one kind is the whole
        return
    hidden = {
        column: frozenset(place for place, kind in enumerate(kinds) if ("kind", kind) in one.units.hidden)
        for column, one in ((_NOW, counted), (_BEFORE, before))
    }
    rows: Rows = [(kind_name(kind, say), *(one.get(kind, Figures()).finishers for one in both)) for kind in kinds]
    label, title = Column("kind", say(T("Kind of unit"))), say(T("By kind of unit, compared"))
    yield _section("compared-kinds", title, label, rows, note, say, hidden=hidden)


def _categories(counted: Counted, before: Counted, note: str, say: Callable[[Text], str]) -> Iterator[Section]:
    both = (counted, before)
    not_shown = [one.categories_not_shown for one in both]
    if any(withheld for _, withheld in not_shown):
        return
    figures = [one.by_category for one in both]
    # The titles of this campaign stand for the same keys of the other.
    titles = {**counted.campaign.categories, **before.campaign.categories, **counted.campaign.categories}
    keys = [key for key in (*titles, "") if any(key in one for one in figures)]
    rows: Rows = [
        (str(titles.get(key) or say(T("not stated"))), *(one.get(key, Figures()).finishers for one in figures))
        for key in keys
    ]
    hidden = {
        column: frozenset(place for place, key in enumerate(keys) if key in found)
        for column, (found, _) in zip((_NOW, _BEFORE), not_shown, strict=True)
    }
    label, title = Column("category", say(T("Category"))), say(T("By category, compared"))
    yield _section("compared-categories", title, label, rows, note, say, hidden=hidden)


def _whole(now: Figures, before: Counted, say: Callable[[Text], str]) -> Section:
    then = before.whole
    titled = (
        (T("Persons registered"), now.registered, then.registered),
        (T("Persons who began"), now.starters, then.starters),
        (T("Persons who handed in"), now.finishers, then.finishers),
        (T("Entries handed in"), now.entries, then.entries),
    )
    # Of entries the persons behind them decide.
    last = len(titled) - 1
    hidden = {
        column: frozenset({last} if is_small(figures.finishers) else ())
        for column, figures in ((_NOW, now), (_BEFORE, then))
    }
    rows: Rows = [(say(title), *both) for title, *both in titled]
    note = say(T("Before: %(campaign)s. What is counted is the same in both.", campaign=before.campaign.name))
    title, label = say(T("Compared with the contest before")), Column("what", say(T("What is counted")))
    return _section("comparison", title, label, rows, note, say, parts=False, hidden=hidden)


def _section(  # noqa: PLR0917 - the parts of a section in the order in which it is written
    key: str,
    title: str,
    label: Column,
    rows: Rows,
    note: str,
    say: Callable[[Text], str],
    *,
    parts: bool = True,
    hidden: Mapping[str, frozenset[int]] | None = None,
) -> Section:
    columns = [
        label,
        Column(_NOW, say(T("This time")), "integer", persons=_NOW),
        Column(_BEFORE, say(T("The time before")), "integer", persons=_BEFORE),
    ]
    found = PublicationSection(key, title, columns, rows, note, "bar", drawn=[_NOW, _BEFORE], parts=parts)
    made = as_section(found, say, hidden=hidden)
    # The change follows from what is shown, so that it gives nothing away.
    made["columns"].append({"key": "change", "title": say(T("Now, of a hundred before")), "kind": "points"})
    for row in made["rows"]:
        now, before = row[1], row[2]
        row.append(share(now, before) if isinstance(now, int) and isinstance(before, int) and before else None)
    return made
