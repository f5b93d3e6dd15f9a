"""Papers that were drawn up: drafts, whose number, date and signature are blank. They can be made anew at any time."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.users.models import User
from cuocthi_publishing.reports.decree import PaperKind


class PaperFile(Base):
    """A paper as two files with the same content. ``subject`` says what it is of: a round, a list; "" for everything.

    ``digest`` is that of the content both files were made from. Names of people stand in them: when somebody's data
    is erased the papers of the campaign go.
    """

    __tablename__ = "publishing_paper"

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    kind: Mapped[PaperKind] = mapped_column(choice(PaperKind))
    subject: Mapped[str] = mapped_column(sa.String(400), default="")
    digest: Mapped[str] = mapped_column(sa.String(64))
    docx_id: Mapped[int] = mapped_column(sa.ForeignKey("core_file.id"))
    pdf_id: Mapped[int] = mapped_column(sa.ForeignKey("core_file.id"))
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    made_at: Mapped[datetime]

    maker: Mapped[User | None] = relationship()


MODELS = (PaperFile,)
