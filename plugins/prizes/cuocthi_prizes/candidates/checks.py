"""Checks of candidates: that somebody reached the person, that it is the person, that the entry was looked at."""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.enrolments.resemblance import identities
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi_prizes.candidates.models import MAX_WORDS, CandidateCheck
from cuocthi_prizes.candidates.parts import subject
from cuocthi_prizes.candidates.queries import stamp
from cuocthi_prizes.domain.award_lists import lock

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi_prizes.settings import Check

_SALT_BYTES = 16


def record_check(
    ctx: Context, *, campaign: Campaign, number: int, enrolment_id: int, kind: Check, how: str, vault: Vault | None
) -> CandidateCheck:
    """Note that somebody has checked a candidate of a list, and how, in words; earlier checks stay.

    It holds for later drafts of the same set and round while nothing else is known of the person. Raises DomainError
    (field ``how``) without words, Missing and Conflict where the list does not name the person or is replaced.
    """
    lock(ctx, campaign)
    about = subject(ctx, campaign=campaign, number=number, enrolment_id=enrolment_id)
    words = written(how, field="how")
    known = identities(ctx, enrolments=sa.select(sa.literal(enrolment_id)), vault=vault)[enrolment_id]
    salt = token_hex(_SALT_BYTES)
    made = CandidateCheck(
        **about.values,
        kind=kind,
        how=words,
        salt=salt,
        identity=stamp(kind, salt, known),
        checked_by=ctx.actor.user_id,
        checked_at=ctx.now,
    )
    ctx.session.add(made)
    ctx.session.flush()
    record(
        ctx,
        action="prizes:candidates:check",
        summary=T("Checked candidate %(code)s", code=about.enrolment.code),
        campaign=campaign,
        object_kind="enrolment",
        object_id=enrolment_id,
        # How it was checked may name people: the log refers to it by its number.
        after={"check": made.id, "kind": kind.value, "list": number},
    )
    return made


def written(text: str, *, field: str = "reason", most: int = MAX_WORDS) -> str:
    """Return words in one line. Raises DomainError (``field``) for none, or for too many."""
    words = " ".join(text.split())
    if not words:
        raise DomainError(T("Please say it in words; it is kept on record."), field=field)
    if len(words) > most:
        raise DomainError(T("Please write at most %(count)s characters.", count=most), field=field)
    return words
