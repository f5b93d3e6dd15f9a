"""What is kept beside an award list for handing its prizes over: its certificates, and their codes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey

#: The letters of a code: those that nobody mistakes for one another, on paper or on the phone.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
#: How many letters a code has: 30 ** 16 is beyond what can be guessed.
CODE_LENGTH = 16


class HandOver(Base):
    """What belongs to the handing over of one adopted award list.

    ``file_id`` is the PDF with all certificates, ``fingerprint`` the digest of all that it was made of: the same again
    is not typeset again.
    """

    __tablename__ = "prizes_hand_over"
    __table_args__ = (
        sa.UniqueConstraint("award_list_id"),
        sa.CheckConstraint("(file_id IS NULL) = (fingerprint IS NULL)", name="a_file_has_a_fingerprint"),
    )

    id: Mapped[PrimaryKey]
    award_list_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_award_list.id"))
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_file.id"))
    fingerprint: Mapped[str | None] = mapped_column(sa.String(64))


class Certificate(Base):
    """The certificate of one award, of a person or of a unit; what it says stands in the award, which never changes.

    ``code`` is printed on it and lets anybody verify it; nothing can be derived from it, and it is never given again.
    """

    __tablename__ = "prizes_certificate"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("award_id"),
        sa.UniqueConstraint("unit_award_id"),
        sa.CheckConstraint("(award_id IS NULL) <> (unit_award_id IS NULL)", name="of_one_award"),
    )

    id: Mapped[PrimaryKey]
    award_list_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_award_list.id"), index=True)
    award_id: Mapped[int | None] = mapped_column(sa.ForeignKey("prizes_award.id"))
    unit_award_id: Mapped[int | None] = mapped_column(sa.ForeignKey("prizes_unit_award.id"))
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH))
    created_at: Mapped[datetime]


MODELS = (HandOver, Certificate)
