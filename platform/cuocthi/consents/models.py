"""The words to which people consent, in versions, and who consented to which."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey


class ConsentVersion(Base):
    """One version of a campaign's words of consent. Versions are only ever added.

    ``material``: it changes what people agree to, so that those who agreed to an earlier one are asked again.
    """

    __tablename__ = "core_consent_version"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "number"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    digest: Mapped[str] = mapped_column(sa.String(64))
    material: Mapped[bool]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    created_at: Mapped[datetime]


class Consent(Base):
    """That somebody who takes part consented to a version, and when. Only ever added; it outlasts the person's name."""

    __tablename__ = "core_consent"
    __table_args__ = (sa.PrimaryKeyConstraint("enrolment_id", "version_id"),)

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"))
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("core_consent_version.id"), index=True)
    given_at: Mapped[datetime]
