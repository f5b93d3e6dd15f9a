"""What the sender of a complaint is told, by the outbox: that something happened, never what is in it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.clock import to_micros
from cuocthi.messages.domain import send_message
from cuocthi.security.personal_data import Vault
from cuocthi.text import T, Text
from cuocthi.users.models import ContactKind
from cuocthi.users.queries import contacts_to_write_to
from cuocthi_inquiries.models import Complaint

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class Post:
    """By what people are written to: the kinds of contacts that are reached, and the address of a complaint's page."""

    vault: Vault
    reached: Collection[ContactKind]
    address: Callable[[Complaint], str]


def tell(ctx: Context, *, campaign: Campaign, complaint: Complaint, said: Text, post: Post) -> None:
    """Write to the sender of a complaint; who has no confirmed contact finds it on the own pages alone."""
    if complaint.user_id is None:
        return
    found = contacts_to_write_to(ctx, user_ids=[complaint.user_id], reached=post.reached, vault=post.vault)
    contact = found.get(complaint.user_id)
    if contact is None:
        return
    send_message(
        ctx,
        to=contact,
        subject=T("Your complaint %(number)s", number=complaint.name),
        body=[said, T("You find it at %(address)s.", address=post.address(complaint))],
        key=f"inquiries:complaint:{complaint.id}:{complaint.state}:{to_micros(ctx.now)}",
        vault=post.vault,
        user_id=complaint.user_id,
        language=campaign.language,
    )
