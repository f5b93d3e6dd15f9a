"""Files of questions that wait to be taken over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey


class WaitingImport(Base):
    """A file of questions that somebody has chosen and looks at; dropped when it is taken over, or after a day.

    ``content`` is what it says (``domain/exchange/packing.py``), ``choices`` what stands for what it does not.
    """

    __tablename__ = "quiz_waiting_import"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "handed_in_by"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    token: Mapped[str] = mapped_column(sa.String(64))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    format: Mapped[str] = mapped_column(sa.String(20))
    content: Mapped[dict[str, Any]]
    choices: Mapped[dict[str, Any]]
    handed_in_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    handed_in_at: Mapped[datetime]
