"""Releases: numbered snapshots of what is published. Once made, the content of a release never changes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey, choice

if TYPE_CHECKING:
    from typing import Any, NoReturn

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Mapper


class ReleaseState(StrEnum):
    """Whether the public sees a release. A draft that another one replaced is withdrawn and stays on record."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Release(Base):
    """One publication of a campaign's results.

    ``snapshot`` is the canonical JSON of everything that is shown, ``digest`` its SHA-256. ``replaces_id`` names the
    release that this one corrects, ``note`` says what changed. ``created_by`` made it, ``confirmed_by`` is the second
    person, whose confirmation published it. ``bundle_file_id`` is the bundle, once it is built.
    ``names_erased_at`` is since when it shows somebody whose data was erased: it is to be replaced by a new release.
    """

    __tablename__ = "publishing_release"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "number"),
        sa.CheckConstraint("confirmed_by <> created_by", name="second_person"),
        sa.CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL) AND (published_at IS NULL) = (confirmed_by IS NULL)",
            name="published_by_somebody",
        ),
        sa.CheckConstraint("(replaces_id IS NULL) = (note = '')", name="correction_says_what_changed"),
        sa.CheckConstraint("bundle_file_id IS NULL OR state = 'published'", name="bundle_of_published"),
        sa.Index(
            "uq_publishing_release_draft",
            "campaign_id",
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
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
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    created_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    published_at: Mapped[datetime | None]
    bundle_file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_file.id"))
    names_erased_at: Mapped[datetime | None]

    @property
    def is_draft(self) -> bool:
        """Whether it waits for the second person."""
        return self.state is ReleaseState.DRAFT

    @property
    def is_published(self) -> bool:
        """Whether the public sees it."""
        return self.state is ReleaseState.PUBLISHED


MODELS = (Release,)

#: What may change after a release was made: that it is published or withdrawn, and that its bundle is there.
_CHANGING = frozenset({"state", "confirmed_by", "published_at", "bundle_file_id", "names_erased_at"})


def _refuse_change(_mapper: Mapper[Any], _connection: Connection, release: Release) -> None:
    changed = {found.key for found in sa.inspect(release).attrs if found.history.has_changes()}
    former = sa.inspect(release).attrs.state.history.deleted
    if changed - _CHANGING or (former and former[0] is not ReleaseState.DRAFT):
        msg = f"release {release.id} was to be changed: what was published is corrected by a new release"
        raise PermissionError(msg)


def _refuse_removal(_mapper: Mapper[Any], _connection: Connection, release: Release) -> NoReturn:
    msg = f"release {release.id} was to be removed: releases stay on record"
    raise PermissionError(msg)


# No code path changes a release. Should one ever be written by mistake, it fails here and not in public.
event.listen(Release, "before_update", _refuse_change)
event.listen(Release, "before_delete", _refuse_removal)
