"""Keeping every version of the words of consent, and what people consented to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

from cuocthi.consents.models import Consent, ConsentVersion
from cuocthi.consents.queries import current_consent
from cuocthi.digest import digest
from cuocthi.errors import Conflict
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


def text_digest(text: str) -> str:
    """Return the digest that a version of the words of consent carries."""
    return digest({"text": text})


def keep_words(ctx: Context, *, campaign: Campaign, material: bool) -> ConsentVersion | None:
    """Keep a campaign's words of consent as a version of their own, unless they are those of the newest one.

    A ``material`` change lets everybody be asked again who consented to an earlier version. While a campaign has no
    words, there is no version.
    """
    newest = current_consent(ctx, campaign_id=campaign.id)
    if not campaign.consent_text or (newest is not None and newest.text == campaign.consent_text):
        return newest
    version = ConsentVersion(
        campaign_id=campaign.id,
        number=1 if newest is None else newest.number + 1,
        text=campaign.consent_text,
        digest=text_digest(campaign.consent_text),
        material=material or newest is None,
        author_id=ctx.actor.user_id,
        created_at=ctx.now,
    )
    ctx.session.add(version)
    ctx.session.flush()
    return version


def words_in_force(ctx: Context, *, campaign: Campaign, seen: int | None) -> ConsentVersion | None:
    """Return the version that somebody consents to now; ``seen`` is the number of the one that was shown, if known.

    Raises Conflict (field ``consent``) if another one came meanwhile.
    """
    newest = current_consent(ctx, campaign_id=campaign.id)
    if seen is not None and newest is not None and newest.number != seen:
        raise Conflict(
            T("The words of consent were changed in the meantime. Please read them and agree to them again."),
            field="consent",
        )
    return newest


def give_consent(ctx: Context, *, enrolment_id: int, version: ConsentVersion) -> None:
    """Note that somebody who takes part consents to a version; a second time changes nothing."""
    insert = postgresql.insert if ctx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"enrolment_id": enrolment_id, "version_id": version.id, "given_at": ctx.now}
    ctx.session.execute(insert(Consent).values(**values).on_conflict_do_nothing())
