"""What is known of consents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.consents.models import Consent, ConsentVersion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment


def current_consent(ctx: Context, *, campaign_id: int) -> ConsentVersion | None:
    """Return the newest version of a campaign's words of consent, None as long as it has none (one statement)."""
    return ctx.session.scalar(
        sa.select(ConsentVersion)
        .where(ConsentVersion.campaign_id == campaign_id)
        .order_by(ConsentVersion.number.desc())
        .limit(1)
    )


def consent_versions(ctx: Context, *, campaign_id: int) -> Sequence[tuple[ConsentVersion, int]]:
    """Return all versions with the number of people who consented to each, the newest first (one statement)."""
    given = (
        sa.select(sa.func.count()).select_from(Consent).where(Consent.version_id == ConsentVersion.id).scalar_subquery()
    )
    rows = ctx.session.execute(
        sa.select(ConsentVersion, given)
        .where(ConsentVersion.campaign_id == campaign_id)
        .order_by(ConsentVersion.number.desc())
    )
    return [(version, number) for version, number in rows]


def consents_of(ctx: Context, *, enrolment_id: int) -> Sequence[tuple[ConsentVersion, datetime]]:
    """Return what somebody consented to and when, the newest first (one statement)."""
    rows = ctx.session.execute(
        sa.select(ConsentVersion, Consent.given_at)
        .join(Consent, Consent.version_id == ConsentVersion.id)
        .where(Consent.enrolment_id == enrolment_id)
        .order_by(ConsentVersion.number.desc())
    )
    return [(version, given_at) for version, given_at in rows]


def consent_due(ctx: Context, *, enrolment: Enrolment) -> ConsentVersion | None:
    """Return the version to which a person is to be asked to consent: the newest, if a material change came since.

    One statement. Who consented before versions were kept is asked at the next material change.
    """
    accepted, later = sa.orm.aliased(ConsentVersion), sa.orm.aliased(ConsentVersion)
    given = (
        sa.select(sa.func.coalesce(sa.func.max(accepted.number), 1))
        .select_from(Consent)
        .join(accepted, accepted.id == Consent.version_id)
        .where(Consent.enrolment_id == enrolment.id)
        .scalar_subquery()
    )
    changed = sa.exists().where(later.campaign_id == enrolment.campaign_id, later.number > given, later.material)
    return ctx.session.scalar(
        sa.select(ConsentVersion)
        .where(ConsentVersion.campaign_id == enrolment.campaign_id, changed)
        .order_by(ConsentVersion.number.desc())
        .limit(1)
    )
