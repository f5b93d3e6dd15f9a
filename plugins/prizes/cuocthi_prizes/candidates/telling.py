"""What candidates are told by the outbox: that the organisers ask them something, by when, and where to answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.clock import to_micros
from cuocthi.enrolments.models import Enrolment
from cuocthi.messages.domain import Content, Copy, send_copies
from cuocthi.security.personal_data import Vault
from cuocthi.text import T
from cuocthi.users.models import ContactKind
from cuocthi.users.queries import contacts_to_write_to
from cuocthi_prizes.candidates.models import Candidacy

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class Post:
    """By what candidates are written to: the kinds of contacts that are reached, and the address of their page."""

    vault: Vault
    reached: Collection[ContactKind]
    address: Callable[[int], str]


def tell(ctx: Context, *, campaign: Campaign, candidacy_ids: Sequence[int], answer_by: datetime, post: Post) -> None:
    """Write to candidates what they are asked; who has no confirmed contact finds it on the own page alone."""
    rows = ctx.session.execute(
        sa.select(Candidacy.id, Enrolment.user_id)
        .join(Enrolment, Enrolment.id == Candidacy.enrolment_id)
        .where(Candidacy.id.in_(candidacy_ids))
    ).all()
    found = contacts_to_write_to(ctx, user_ids=[row.user_id for row in rows], reached=post.reached, vault=post.vault)
    send_copies(
        ctx,
        copies=[
            Copy(
                key=f"prizes:candidacy:{row.id}:{to_micros(answer_by)}",
                to=found[row.user_id],
                user_id=row.user_id,
                content=Content(
                    found[row.user_id].value,
                    T("You are proposed for a prize"),
                    [
                        T("You are proposed for a prize of %(contest)s.", contest=campaign.name),
                        T(
                            "Before %(when)s, please sign in and say how you want to be paid; you need your ID number. "
                            "Who does not answer in time may be passed over.",
                            when=answer_by,
                        ),
                        T("You find it at %(address)s.", address=post.address(row.id)),
                        T("The organisers never ask for passwords, codes or payments."),
                    ],
                    campaign.language,
                ),
            )
            for row in rows
            if row.user_id in found
        ],
        expires_at=answer_by,
        vault=post.vault,
    )
