"""Delivering releases to targets: asked for once they are public, tried until they arrive, each by itself.

Nothing here touches a release. What a target does happens outside of transactions, with values alone; a row's ``tries``
is the fence against another worker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from cuocthi.audit.domain import record
from cuocthi.contributions import PublicationTarget
from cuocthi.errors import Conflict, DomainError, Missing, Undeliverable
from cuocthi.messages.domain import MAX_TRIES, pause_after
from cuocthi.text import T, pack
from cuocthi_publishing.models import Release
from cuocthi_publishing.targets.models import DeliveryState, LoggedDelivery
from cuocthi_publishing.targets.queries import OUT, campaigns_with_releases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery that this worker has taken in hand; ``tries`` is its fence against another one."""

    id: int
    tries: int
    release_id: int
    target: str
    withdrawn: bool


def targets(ctx: Context, *, campaign: Campaign) -> dict[str, PublicationTarget]:
    """Return the targets of the plugins that are enabled in a campaign by their names, ``<plugin>.<key>``, in order."""
    pairs = ctx.hooks.collect_by_plugin(ctx, campaign, "publication_targets", PublicationTarget)
    ordered = sorted(pairs, key=lambda pair: (pair[1].order, pair[0], pair[1].key))
    return {f"{plugin}.{target.key}": target for plugin, target in ordered}


def ask_for_missing(ctx: Context) -> int:
    """Put on its way whatever is public by now and was not asked for yet; return how many deliveries.

    Two statements, and one more for each target that any campaign has.
    """
    wanted: dict[str, list[int]] = {}
    for campaign in campaigns_with_releases(ctx):
        for name in targets(ctx, campaign=campaign):
            wanted.setdefault(name, []).append(campaign.id)
    return sum(_ask(ctx, name, campaign_ids) for name, campaign_ids in wanted.items())


def _ask(ctx: Context, target: str, campaign_ids: Sequence[int]) -> int:
    withdrawn = Release.withdrawn_at.is_not(None)
    there = sa.exists().where(
        LoggedDelivery.release_id == Release.id,
        LoggedDelivery.target == target,
        LoggedDelivery.withdrawn == withdrawn,
    )
    table = LoggedDelivery.__table__
    values: dict[str, sa.ColumnElement[Any]] = {
        "release_id": Release.__table__.c.id,
        "target": sa.literal(target),
        "withdrawn": withdrawn,
        "state": sa.literal(DeliveryState.WAITING, table.c.state.type),
        "tries": sa.literal(0),
        "problem": sa.literal({}, table.c.problem.type),
        "created_at": sa.literal(ctx.now, table.c.created_at.type),
        "due_at": sa.literal(ctx.now, table.c.due_at.type),
    }
    out = (Release.campaign_id.in_(campaign_ids), Release.published_at <= ctx.now, OUT)
    rows = sa.select(*values.values()).where(*out, sa.not_(there)).order_by(Release.id)
    insert = postgresql.insert if ctx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    asked = insert(LoggedDelivery).from_select(list(values), rows).on_conflict_do_nothing()
    return int(ctx.session.execute(asked).rowcount)  # type: ignore[attr-defined]  # an INSERT has it


def take_due(ctx: Context) -> Taken | None:
    """Take the delivery that has been due for longest; whoever dies with it leaves it to be tried after the pause.

    Of several workers one gets it. Commit before it is delivered.
    """
    found = ctx.session.scalar(
        sa.select(LoggedDelivery)
        .where(LoggedDelivery.state == DeliveryState.WAITING, LoggedDelivery.due_at <= ctx.now)
        .order_by(LoggedDelivery.due_at, LoggedDelivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if found is None:
        return None
    found.tries += 1
    found.tried_at, found.due_at = ctx.now, ctx.now + pause_after(found.tries)
    ctx.session.flush()
    return Taken(found.id, found.tries, found.release_id, found.target, found.withdrawn)


def drop(ctx: Context, *, taken: Taken) -> None:
    """Let a delivery be that has been overtaken: what it was about was withdrawn."""
    values = {"state": DeliveryState.DROPPED, "finished_at": ctx.now, "problem": {}}
    ctx.session.execute(_own(taken).values(**values))


def note_arrival(ctx: Context, *, taken: Taken) -> None:
    """Note that a delivery stands at its target.

    Where the release was withdrawn while it was on its way, its tombstone is delivered (again) at once: it may have
    been there first.
    """
    ctx.session.execute(_own(taken).values(state=DeliveryState.DONE, finished_at=ctx.now, problem={}))
    if not taken.withdrawn:
        withdrawn = sa.select(Release.id).where(Release.id == taken.release_id, Release.withdrawn_at.is_not(None))
        stone = sa.update(LoggedDelivery).where(
            LoggedDelivery.release_id.in_(withdrawn), LoggedDelivery.target == taken.target, LoggedDelivery.withdrawn
        )
        ctx.session.execute(stone.values(**_anew(ctx)))


def note_failure(ctx: Context, *, taken: Taken, problem: Text, for_good: bool) -> None:
    """Note why a delivery came to nothing; it is given up ``for_good`` or after MAX_TRIES, until somebody asks."""
    values: dict[str, Any] = {"problem": pack(problem)}
    if for_good or taken.tries >= MAX_TRIES:
        values |= {"state": DeliveryState.GIVEN_UP, "finished_at": ctx.now}
    ctx.session.execute(_own(taken).values(**values))


def gone() -> Missing:
    """Return that a target is not there: its plugin is gone, or the installation names it no more."""
    return Missing(T("This target is not set up any more, or its plugin cannot be asked."))


def in_words(error: Exception) -> Text:
    """Return why a delivery came to nothing, without what only the installation's operator may know."""
    if isinstance(error, DomainError):
        return error.message
    if isinstance(error, Undeliverable):
        return T("The target says: %(said)s", said=str(error))
    # What the system says of a file names its path as well.
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return T("%(kind)s: %(said)s", kind=type(error).__name__, said=said)


def again(ctx: Context, *, campaign: Campaign, release: Release, delivery_id: int) -> LoggedDelivery:
    """Deliver once more at once, also what arrived before; what stands there as it should stays untouched.

    Raises Missing, and Conflict for a release that was withdrawn since: of it only the tombstone is delivered.
    """
    own = sa.select(LoggedDelivery).where(LoggedDelivery.id == delivery_id, LoggedDelivery.release_id == release.id)
    found = ctx.session.scalar(own.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise Missing(T("This delivery does not exist."))
    if release.withdrawn_at is not None and not found.withdrawn:
        raise Conflict(T("Release %(number)s was withdrawn; only that is delivered now.", number=release.number))
    before = {"state": found.state, "tries": found.tries}
    for name, value in _anew(ctx).items():
        setattr(found, name, value)
    ctx.session.flush()
    record(
        ctx,
        action="publishing:delivery:again",
        summary=T("Asked for release %(number)s to be delivered again", number=release.number),
        campaign=campaign,
        object_kind="delivery",
        object_id=found.id,
        before=before,
        after={"number": release.number, "target": found.target},
    )
    return found


def _anew(ctx: Context) -> dict[str, Any]:
    return {"state": DeliveryState.WAITING, "tries": 0, "due_at": ctx.now, "finished_at": None}


def _own(taken: Taken) -> sa.Update:
    return sa.update(LoggedDelivery).where(
        LoggedDelivery.id == taken.id,
        LoggedDelivery.tries == taken.tries,
        LoggedDelivery.state == DeliveryState.WAITING,
    )
