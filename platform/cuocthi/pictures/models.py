"""Pictures of a campaign, and the files of each."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import NUMBERS_GIVEN_ONCE, Base, PrimaryKey
from cuocthi.files.models import StoredFile

MAX_KEY, MAX_ALT = 60, 300


class Picture(Base):
    """A picture that texts of a campaign name by its key. It never changes: another picture has another key.

    ``alt`` says in words what it shows, for who does not see it.
    """

    __tablename__ = "core_picture"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "key"),
        sa.CheckConstraint("alt <> ''", name="said_in_words"),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY))
    alt: Mapped[str] = mapped_column(sa.String(MAX_ALT))
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    added_at: Mapped[datetime]

    files: Mapped[list[PictureFile]] = relationship(order_by="PictureFile.width", lazy="selectin")

    @property
    def largest(self) -> PictureFile:
        """Its largest file."""
        return self.files[-1]


class PictureFile(Base):
    """A picture in one width, in pixels."""

    __tablename__ = "core_picture_file"
    __table_args__ = (sa.CheckConstraint("width > 0 AND height > 0", name="has_a_size"),)

    picture_id: Mapped[int] = mapped_column(sa.ForeignKey("core_picture.id"), primary_key=True, autoincrement=False)
    width: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    height: Mapped[int]
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("core_file.id"), index=True)

    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)

    @property
    def name(self) -> str:
        """The name of its content in an address: nobody guesses it before the picture is shown."""
        return f"{self.file.sha256}{'.png' if self.file.media_type == 'image/png' else '.jpg'}"
