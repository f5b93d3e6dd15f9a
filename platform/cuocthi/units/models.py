"""The tree of units: departments, districts, communes, of any depth."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey


class Unit(Base):
    """A unit in which people work or live.

    ``path`` is the chain of keys from the root ("/1/17/203/"), so that a subtree is one range; ``aliases`` are the
    short forms people type; ``search`` holds name and aliases folded (no accents, lower case); ``block`` is the group
    in which units compete (khối thi đua), which is not their place in the tree.
    """

    __tablename__ = "core_unit"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_from < valid_to", name="valid_span"),
    )

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(sa.String(80))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_unit.id"), index=True)
    path: Mapped[str] = mapped_column(sa.String(400), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    name_sort: Mapped[str] = mapped_column(sa.String(600))
    aliases: Mapped[list[str]]
    search: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.String(40), default="")
    block: Mapped[str] = mapped_column(sa.String(60), default="")
    selectable: Mapped[bool] = mapped_column(default=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_unit.id"))
