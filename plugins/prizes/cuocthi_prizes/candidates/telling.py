"""What candidates are told by the outbox: what they are asked and by when, and what others did in their place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.clock import to_micros
from cuocthi.enrolments.models import Enrolment
from cuocthi.messages.domain import Content, Copy, send_copies
from cuocthi.security.personal_data import Vault
from cuocthi.text import T, Until
from cuocthi.users.models import ContactKind
from cuocthi.users.queries import contacts_to_write_to
from cuocthi_prizes.candidates.models import Candidacy
from cuocthi_prizes.candidates.words import PASSED_OVER
from cuocthi_prizes.models import PassedOverKind

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_prizes.candidates.models import CandidateDecision


@dataclass(frozen=True, slots=True)
class Post:
    """By what candidates are written to: the kinds of contacts that are reached, and the address of their page."""

    vault: Vault
    reached: Collection[ContactKind]
    address: Callable[[int], str]


#: How long a message about what was done waits for its channel.
_WAITS = timedelta(days=14)


def tell(ctx: Context, *, campaign: Campaign, candidacy_ids: Sequence[int], answer_by: datetime, post: Post) -> None:
    """Write to candidates what they are asked; who has no confirmed contact finds it on the own page alone."""
    _write(
        ctx,
        campaign,
        {one: f"prizes:candidacy:{one}:{to_micros(answer_by)}" for one in candidacy_ids},
        T("You are proposed for a prize"),
        [
            T("You are proposed for a prize of %(contest)s.", contest=campaign.name),
            T(
                "Before %(when)s, please sign in and say how you want to be paid; you need your ID number. "
                "Who does not answer in time may be passed over.",
                when=Until(answer_by),
            ),
        ],
        answer_by,
        post,
    )


def tell_entered(ctx: Context, *, campaign: Campaign, candidacy_id: int, post: Post) -> None:
    """Write to a candidate that somebody else entered how the prize is paid."""
    _write(
        ctx,
        campaign,
        {candidacy_id: f"prizes:entered:{candidacy_id}:{to_micros(ctx.now)}"},
        T("How your prize is paid was entered for you"),
        [
            T(
                "A member of the committees of %(contest)s has entered, as told by you, how your prize is paid.",
                contest=campaign.name,
            ),
            T("Please sign in and look whether it is right. If you told nobody, enter it anew, and call us."),
        ],
        ctx.now + _WAITS,
        post,
    )


def tell_passed_over(
    ctx: Context, *, campaign: Campaign, candidacy_id: int, decision: CandidateDecision, post: Post
) -> None:
    """Write to a candidate who is passed over by decision: why, by which document, and where to object."""
    _write(
        ctx,
        campaign,
        {candidacy_id: f"prizes:passed:{decision.id}"},
        T("You are passed over for a prize"),
        [
            T("The organisers of %(contest)s have decided to pass you over for a prize.", contest=campaign.name),
            T("Why: %(why)s. %(reason)s", why=PASSED_OVER[PassedOverKind(decision.kind)], reason=decision.reason),
            T(
                "Document: No. %(number)s of %(date)s.",
                number=decision.document_number,
                date=decision.document_date or "",
            ),
            where_to_object(campaign),
        ],
        ctx.now + _WAITS,
        post,
    )


def where_to_object(campaign: Campaign) -> Text:
    """Say to whom somebody turns who was passed over wrongly."""
    whom = campaign.standing_office or campaign.host_name
    if campaign.support_phone:
        return T(
            "If that is not right, please object at once, before the list is adopted: %(whom)s, phone %(phone)s.",
            whom=whom,
            phone=campaign.support_phone,
        )
    return T("If that is not right, please object at once, before the list is adopted: %(whom)s.", whom=whom)


def _write(  # noqa: PLR0917 - of this module alone
    ctx: Context,
    campaign: Campaign,
    keys: Mapping[int, str],
    subject: Text,
    body: Sequence[Text],
    expires_at: datetime,
    post: Post,
) -> None:
    """Write to candidates, each under the key of a copy, with the address of the own page."""
    rows = ctx.session.execute(
        sa.select(Candidacy.id, Enrolment.user_id)
        .join(Enrolment, Enrolment.id == Candidacy.enrolment_id)
        .where(Candidacy.id.in_(list(keys)))
    ).all()
    found = contacts_to_write_to(ctx, user_ids=[row.user_id for row in rows], reached=post.reached, vault=post.vault)
    closing = T("The organisers never ask for passwords, codes or payments.")
    send_copies(
        ctx,
        copies=[
            Copy(
                key=keys[row.id],
                to=found[row.user_id],
                user_id=row.user_id,
                content=Content(
                    found[row.user_id].value,
                    subject,
                    [*body, T("You find it at %(address)s.", address=post.address(row.id)), closing],
                    campaign.language,
                ),
            )
            for row in rows
            if row.user_id in found
        ],
        expires_at=expires_at,
        vault=post.vault,
    )
