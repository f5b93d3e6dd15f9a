"""Releases: numbered snapshots of what is published. Once made, the content of a release never changes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey, choice

if TYPE_CHECKING:
    from typing import NoReturn

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Mapper


class ReleaseState(StrEnum):
    """What people decided about a release.

    A draft that another one replaced is discarded. A published one is public from its moment on; a withdrawn one was,
    unless it was called off before that moment.
    """

    DRAFT = "draft"
    PUBLISHED = "published"
    DISCARDED = "discarded"
    WITHDRAWN = "withdrawn"


class Release(Base):
    """One publication of a campaign.

    ``snapshot`` is the canonical JSON of everything that is shown, ``digest`` its SHA-256. ``replaces_id`` names the
    release that this one corrects, ``note`` says what changed. ``created_by`` made it, ``confirmed_by`` is the second
    person. It is public from ``published_at`` on: the moment of the confirmation, or ``not_before`` if that is later.
    ``bundle_file_id`` is the bundle, once it is built, and ``signed_with`` the key that signed it.
    ``approval_id`` is the standing approval under which it was made, at the moment ``not_before``.
    ``names_erased_at`` is since when it shows somebody whose data was erased: it is to be replaced by a new release.

    Triggers hold it to that: nothing is removed, and nothing of the content changes.
    """

    __tablename__ = "publishing_release"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "number"),
        sa.UniqueConstraint("approval_id", "not_before"),
        sa.CheckConstraint("confirmed_by <> created_by", name="second_person"),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL) AND (published_at IS NULL) = (confirmed_by IS NULL)"
            " AND (state IN ('published', 'withdrawn')) = (confirmed_by IS NOT NULL)",
            name="published_by_somebody",
        ),
        sa.CheckConstraint(
            "published_at >= confirmed_at AND (not_before IS NULL OR published_at >= not_before)", name="not_too_early"
        ),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at_a_moment"),
        sa.CheckConstraint("(replaces_id IS NULL) = (note = '')", name="correction_says_what_changed"),
        sa.CheckConstraint("bundle_file_id IS NULL OR confirmed_by IS NOT NULL", name="bundle_of_confirmed"),
        sa.Index(
            "uq_publishing_release_draft",
            "campaign_id",
            unique=True,
            sqlite_where=sa.text("state = 'draft' AND approval_id IS NULL"),
            postgresql_where=sa.text("state = 'draft' AND approval_id IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    number: Mapped[int]
    state: Mapped[ReleaseState] = mapped_column(choice(ReleaseState), default=ReleaseState.DRAFT)
    # Lists of releases do without what may be a megabyte each.
    snapshot: Mapped[str] = mapped_column(sa.Text, deferred=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("publishing_release.id"))
    note: Mapped[str] = mapped_column(sa.String(400), default="")
    not_before: Mapped[datetime | None]
    approval_id: Mapped[int | None] = mapped_column(sa.ForeignKey("publishing_approval.id"))
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    created_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    confirmed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    bundle_file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_file.id"))
    signed_with: Mapped[str] = mapped_column(sa.String(16), default="")
    names_erased_at: Mapped[datetime | None]

    abridged: Mapped[Abridged | None] = relationship(viewonly=True)

    @property
    def is_draft(self) -> bool:
        """Whether it waits for the second person."""
        return self.state is ReleaseState.DRAFT

    @property
    def is_published(self) -> bool:
        """Whether both persons agreed to it and nobody withdrew it; it may still wait for its moment."""
        return self.state is ReleaseState.PUBLISHED

    @property
    def was_called_off(self) -> bool:
        """Whether it was withdrawn before the public ever saw it."""
        return self.withdrawn_at is not None and self.published_at is not None and self.withdrawn_at < self.published_at

    @property
    def left_a_tombstone(self) -> bool:
        """Whether it was withdrawn after the public had seen it."""
        return self.state is ReleaseState.WITHDRAWN and not self.was_called_off

    def is_public(self, now: datetime) -> bool:
        """Tell whether everybody sees it at that moment."""
        return self.is_published and self.published_at is not None and self.published_at <= now

    def is_scheduled(self, now: datetime) -> bool:
        """Tell whether it goes out by itself at a moment that is still to come."""
        return self.is_published and self.published_at is not None and now < self.published_at


class Abridged(Base):
    """The snapshot of a release as far as its pages show it, as JSON; long lists end after their first rows."""

    __tablename__ = "publishing_abridged"

    release_id: Mapped[int] = mapped_column(
        sa.ForeignKey("publishing_release.id"), primary_key=True, autoincrement=False
    )
    content: Mapped[str] = mapped_column(sa.Text)


class Withdrawal(Base):
    """That a release is to be withdrawn, and why: asked for by one person, confirmed by another, or dropped."""

    __tablename__ = "publishing_withdrawal"
    __table_args__ = (
        sa.CheckConstraint("confirmed_by <> asked_by", name="second_person"),
        sa.CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_somebody"),
        sa.CheckConstraint("confirmed_at IS NULL OR dropped_at IS NULL", name="confirmed_or_dropped"),
        sa.CheckConstraint("reason <> ''", name="says_why"),
        sa.Index(
            "uq_publishing_withdrawal_release",
            "release_id",
            unique=True,
            sqlite_where=sa.text("dropped_at IS NULL"),
            postgresql_where=sa.text("dropped_at IS NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    release_id: Mapped[int] = mapped_column(sa.ForeignKey("publishing_release.id"))
    reason: Mapped[str] = mapped_column(sa.String(400))
    asked_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    asked_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    confirmed_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]


class Approval(Base):
    """A standing approval: statistics go out by themselves, at these times of each day from one day until another.

    ``groups`` are the kinds of statistics, ``clocks`` the times of day. It holds from the second person's confirmation
    until it is revoked, or until one of both is discharged. ``failed_at`` is the moment whose release could not be made
    when it was last tried, and ``failure`` why.
    """

    __tablename__ = "publishing_approval"
    __table_args__ = (
        sa.CheckConstraint("confirmed_by <> created_by", name="second_person"),
        sa.CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_somebody"),
        sa.CheckConstraint("(revoked_by IS NULL) = (revoked_at IS NULL)", name="revoked_by_somebody"),
        sa.CheckConstraint("first_day <= last_day", name="days_in_order"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    groups: Mapped[list[str]]
    clocks: Mapped[list[str]]
    first_day: Mapped[date]
    last_day: Mapped[date]
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    created_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    confirmed_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    revoked_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(sa.String(300))


MODELS = (Release, Abridged, Withdrawal, Approval)

#: What may change after a release was made: what people decide about it, and what is built of it.
_CHANGING = frozenset(
    {
        "state",
        "confirmed_by",
        "confirmed_at",
        "published_at",
        "withdrawn_at",
        "bundle_file_id",
        "signed_with",
        "names_erased_at",
    }
)
#: From which state a release comes to which.
_STEPS = {
    ReleaseState.DRAFT: {ReleaseState.PUBLISHED, ReleaseState.DISCARDED},
    ReleaseState.PUBLISHED: {ReleaseState.WITHDRAWN},
}


def _refuse_change(_mapper: Mapper[Any], _connection: Connection, release: Release) -> None:
    changed = {found.key for found in sa.inspect(release).attrs if found.history.has_changes()}
    former = sa.inspect(release).attrs.state.history.deleted
    if changed - _CHANGING or (former and release.state not in _STEPS.get(former[0], set())):
        msg = f"release {release.id} was to be changed: what was published is corrected by a new release"
        raise PermissionError(msg)


def _refuse_removal(_mapper: Mapper[Any], _connection: Connection, release: Release) -> NoReturn:
    msg = f"release {release.id} was to be removed: releases stay on record"
    raise PermissionError(msg)


# The triggers refuse it as well; here the mistake is named before it reaches the database.
event.listen(Release, "before_update", _refuse_change)
event.listen(Release, "before_delete", _refuse_removal)
