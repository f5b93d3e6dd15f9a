"""What is kept beside an award list for handing its prizes over: issues of certificates, and the codes on these."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey
from cuocthi_prizes.acts.models import LegalAct

#: The letters of a code: those that nobody mistakes for one another, on paper or on the phone.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
#: How many letters a code has: 30 ** 16 is beyond what can be guessed.
CODE_LENGTH = 16


class CertificateIssue(Base):
    """All certificates of an adopted list as they were issued together; the highest ``number`` of a list counts.

    ``content`` is everything that they say alike, with their template (see :mod:`cuocthi_prizes.outputs.issues`), and
    never changes; it is None for what was issued before contents were kept. ``decision_id`` is the decision that they
    name, ``fingerprint`` the digest of what they are made of. An issue after the first replaces the one before and says
    why in ``reason``. ``file_id`` is the PDF with all of them, once it is typeset and until names on it are erased.
    """

    __tablename__ = "prizes_certificate_issue"
    __table_args__ = (
        sa.UniqueConstraint("award_list_id", "number"),
        sa.CheckConstraint("number >= 1 AND (number = 1) = (reason = '')", name="another_one_has_a_reason"),
    )

    id: Mapped[PrimaryKey]
    award_list_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_award_list.id"))
    number: Mapped[int]
    content: Mapped[str | None] = mapped_column(sa.Text)
    decision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("prizes_legal_act.id"))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    issued_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    issued_at: Mapped[datetime]
    file_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_file.id"))

    decision: Mapped[LegalAct | None] = relationship()


class Certificate(Base):
    """The certificate of one award, of a person or of a unit, in one issue; award and issue never change.

    ``code`` is printed on it and lets anybody verify it; nothing can be derived from it, and it is never given again.
    """

    __tablename__ = "prizes_certificate"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("issue_id", "award_id"),
        sa.UniqueConstraint("issue_id", "unit_award_id"),
        sa.CheckConstraint("(award_id IS NULL) <> (unit_award_id IS NULL)", name="of_one_award"),
    )

    id: Mapped[PrimaryKey]
    issue_id: Mapped[int] = mapped_column(sa.ForeignKey("prizes_certificate_issue.id"))
    award_id: Mapped[int | None] = mapped_column(sa.ForeignKey("prizes_award.id"), index=True)
    unit_award_id: Mapped[int | None] = mapped_column(sa.ForeignKey("prizes_unit_award.id"))
    code: Mapped[str] = mapped_column(sa.String(CODE_LENGTH))

    issue: Mapped[CertificateIssue] = relationship(lazy="joined", innerjoin=True)


MODELS = (CertificateIssue, Certificate)
