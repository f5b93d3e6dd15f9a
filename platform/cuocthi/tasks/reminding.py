"""Reminders of tasks, by the outbox: before the day, and once it is over; each person is told each of them once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.models import Membership
from cuocthi.messages.domain import send_message
from cuocthi.messages.models import Message
from cuocthi.tasks.queries import tasks
from cuocthi.text import T
from cuocthi.timelines.localtime import moment_on
from cuocthi.users.queries import contacts_to_write_to
from cuocthi.web.context import registry
from cuocthi.web.links import public_link

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.tasks.models import Task
    from cuocthi.text import Text
    from cuocthi.users.models import ContactKind

#: How many days before its day a task is brought to mind.
AHEAD = timedelta(days=2)
#: For how long after its day somebody is told that it is over; shorter than the outbox remembers what it has sent.
AFTERWARDS = timedelta(days=7)
#: Nobody is written to before this hour of the morning.
_HOUR = 7


@dataclass(frozen=True, slots=True)
class Reminder:
    """That a task is due, or that its day is over, for one person."""

    task: Task
    late: bool
    user_id: int

    @property
    def key(self) -> str:
        """The key under which it is sent once; a task whose day was changed is brought to mind again."""
        kind = "late" if self.late else "due"
        return f"core.task:{self.task.id}:{kind}:{self.task.due_on.isoformat()}:{self.user_id}"


def remind_due(ctx: Context, _arguments: Mapping[str, Any], _progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Write the reminders that are due now into the outbox; return how many."""
    parts = registry()

    def address(campaign: Campaign, task: Task) -> str:
        return public_link("tasks.show", slug=campaign.slug, task_id=task.id)

    return {"reminders": remind(ctx, vault=parts.vault, reached=parts.channels, address=address)}


def remind(
    ctx: Context, *, vault: Vault, reached: Collection[ContactKind], address: Callable[[Campaign, Task], str]
) -> int:
    """Bring the undone tasks of all campaigns that are not archived to the minds of those who have them.

    A person is written to at a confirmed contact of a kind that is ``reached``, mail before phone; whoever has none
    that opens is left out. Returns how many reminders were written; one that was written before is not written again.
    """
    local = ctx.now.astimezone(LOCAL_ZONE)
    if local.hour < _HOUR:
        return 0
    campaigns = {
        campaign.id: campaign
        for campaign in ctx.session.scalars(sa.select(Campaign).where(Campaign.state != CampaignState.ARCHIVED))
    }
    due = [
        task
        for task in tasks(ctx, campaign_ids=list(campaigns), undone=True)
        if _is_near(task.due_on, local.date()) and task.committee_id is not None
    ]
    wanted = _unsent(ctx, _reminders(ctx, due, local.date()))
    addresses = contacts_to_write_to(
        ctx, user_ids={reminder.user_id for reminder in wanted}, reached=reached, vault=vault
    )
    written = [reminder for reminder in wanted if reminder.user_id in addresses]
    for reminder in written:
        campaign = campaigns[reminder.task.campaign_id]
        send_message(
            ctx,
            to=addresses[reminder.user_id],
            subject=T("A task is overdue") if reminder.late else T("A task is due"),
            body=_body(reminder, campaign, address(campaign, reminder.task)),
            key=reminder.key,
            vault=vault,
            user_id=reminder.user_id,
            language=campaign.language,
            expires_at=moment_on(reminder.task.due_on + (AFTERWARDS if reminder.late else timedelta()), "24:00"),
        )
    return len(written)


def _is_near(day: date, today: date) -> bool:
    return day - AHEAD <= today <= day + AFTERWARDS


def _reminders(ctx: Context, due: Iterable[Task], today: date) -> list[Reminder]:
    """Return a reminder for each person who has a task: its member while seated, else the whole committee."""
    due = list(due)
    seats = ctx.session.execute(
        sa.select(Membership.committee_id, Membership.user_id)
        .where(Membership.committee_id.in_({task.committee_id for task in due}), Membership.ended_at.is_(None))
        .order_by(Membership.id)
    ).all()
    members: dict[int, list[int]] = {}
    for committee_id, user_id in seats:
        members.setdefault(committee_id, []).append(user_id)
    found = []
    for task in due:
        seated = members.get(task.committee_id or 0, [])
        told = [task.user_id] if task.user_id in seated else seated
        found += [Reminder(task, task.due_on < today, user_id) for user_id in told]
    return found


def _unsent(ctx: Context, reminders: Sequence[Reminder]) -> list[Reminder]:
    keys = [reminder.key for reminder in reminders]
    sent = set(ctx.session.scalars(sa.select(Message.key).where(Message.key.in_(keys))))
    return [reminder for reminder in reminders if reminder.key not in sent]


def _body(reminder: Reminder, campaign: Campaign, address: str) -> list[Text]:
    task = reminder.task
    words = {"task": task.title, "campaign": campaign.name, "day": task.due_on}
    said = (
        T("“%(task)s” (%(campaign)s) was to be done by %(day)s.", **words)
        if reminder.late
        else T("“%(task)s” (%(campaign)s) is to be done by %(day)s.", **words)
    )
    return [said, T("You find it at %(address)s; please tick it off there once it is done.", address=address)]
