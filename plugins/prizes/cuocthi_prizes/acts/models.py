"""The legal acts that make an adopted award list final: copies of what was signed, never references, never changed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.files.models import StoredFile

if TYPE_CHECKING:
    from typing import NoReturn

    from sqlalchemy.engine import Connection
    from sqlalchemy.orm import Mapper


class ActKind(StrEnum):
    """What an act is: the minutes of the meeting that adopted, or the decision to award."""

    MINUTES = "minutes"
    DECISION = "decision"


class LegalAct(Base):
    """A signed document as it stood in the register when it was named: number, date, issuer, who signed, the file.

    ``authority`` is the line above the signature ("KT. TRƯỞNG BAN"), empty for who signs in the own right. ``digest``
    covers all that it says and the content of the file. One act may make several lists final.
    """

    __tablename__ = "prizes_legal_act"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "digest"),
        sa.CheckConstraint(
            "symbol <> '' AND issuer <> '' AND office <> '' AND signatory <> '' AND length(file_sha256) = 64",
            name="complete",
        ),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    kind: Mapped[ActKind] = mapped_column(choice(ActKind))
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("core_document.id"))
    symbol: Mapped[str] = mapped_column(sa.String(60))
    title: Mapped[str] = mapped_column(sa.String(400))
    issuer: Mapped[str] = mapped_column(sa.String(200))
    issued_on: Mapped[date]
    authority: Mapped[str] = mapped_column(sa.String(160))
    office: Mapped[str] = mapped_column(sa.String(160))
    signatory: Mapped[str] = mapped_column(sa.String(80))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("core_file.id"))
    file_sha256: Mapped[str] = mapped_column(sa.String(64))
    digest: Mapped[str] = mapped_column(sa.String(64))
    recorded_at: Mapped[datetime]

    file: Mapped[StoredFile] = relationship(lazy="joined")


class Finality(Base):
    """That an adopted list is final, by which minutes and which decision. The highest ``version`` counts.

    A version after the first corrects the one before it and says why in ``reason``. ``digest`` covers the list's own
    digest, both acts, and the digest of the version before.
    """

    __tablename__ = "prizes_finality"
    __table_args__ = (
        sa.UniqueConstraint("award_list_id", "version"),
        sa.CheckConstraint("version >= 1 AND (version = 1) = (reason = '')", name="a_correction_has_a_reason"),
    )

    id: Mapped[PrimaryKey]
    award_list_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_award_list.id"))
    version: Mapped[int]
    minutes_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_legal_act.id"))
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_legal_act.id"))
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    digest: Mapped[str] = mapped_column(sa.String(64))
    recorded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    recorded_at: Mapped[datetime]

    minutes: Mapped[LegalAct] = relationship(foreign_keys=[minutes_id])
    decision: Mapped[LegalAct] = relationship(foreign_keys=[decision_id])


MODELS = (LegalAct, Finality)


def _refuse_change(_mapper: Mapper[Any], _connection: Connection, row: Base) -> NoReturn:
    msg = f"{row!r} was to be changed: acts that were named are corrected by naming them anew"
    raise PermissionError(msg)


# The database refuses the same (see the revisions), whichever way a statement comes.
for _kind in MODELS:
    for _act in ("before_update", "before_delete"):
        event.listen(_kind, _act, _refuse_change)
