"""Merging two accounts of one person, and taking that back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.models import Membership
from cuocthi.committees.queries import has_sat
from cuocthi.committees.reading import revealing_reads
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import Blocked, Conflict
from cuocthi.merging.models import Merger
from cuocthi.merging.obstacles import check_door, merger_obstacles, undoing_obstacles
from cuocthi.merging.planning import Fate, plan_merger
from cuocthi.merging.profiles import bring_profile, give_profile_back
from cuocthi.merging.reasons import seal
from cuocthi.messages.domain import new_key, send_message
from cuocthi.standings.appointments import barring_reason
from cuocthi.standings.confirmations import hold
from cuocthi.standings.decisions import checked_reason, exclude_entry, restore_entry
from cuocthi.tasks.models import Task
from cuocthi.text import T
from cuocthi.users import second_factor
from cuocthi.users.contacts import NormalisedContact, mask, reveal
from cuocthi.users.domain import end_all_sessions
from cuocthi.users.models import Contact, Profile, User

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from cuocthi.context import Context
    from cuocthi.merging.planning import EntryPlan, Plan
    from cuocthi.security.personal_data import Vault

#: Why an entry does not count, in the language of the campaign.
_SAME_PERSON = {
    "vi": "cùng một người với số báo danh {code}",
    "en": "the same person as number {code}",
}
_TWO_AGAIN = {
    "vi": "việc gộp tài khoản đã được hủy",
    "en": "the merger of the accounts was undone",
}


def merge_people(
    ctx: Context,
    *,
    campaign: Campaign | None,
    kept_id: int,
    merged_id: int,
    expected: str,
    reason: str,
    vault: Vault,
) -> Merger:
    """Make two accounts of one person into one: what is of the merged account comes over to the kept one.

    ``campaign`` is the one whose staff acts, None for an administrator; ``expected`` is the digest of the plan that
    was looked at. The merged account is signed out and signs in no more, its rows stay. Of two entries in one contest
    one is excluded, and so are entries that a seat of either account bars. All contacts get a notice. The reason is
    sealed. Raises Conflict if the plan is another by now, Blocked with everything that stands against it, DomainError
    without a reason.
    """
    written = checked_reason(reason)
    # The helper is held as well: who merges goes on one after another, and is counted.
    hold_people(ctx, kept_id, merged_id, ctx.actor.user_id or kept_id)
    plan = plan_merger(ctx, kept_id=kept_id, merged_id=merged_id, vault=vault)
    if plan.digest != expected:
        raise Conflict(T("Something has changed since you looked. Please see again what the merger would do."))
    obstacles = merger_obstacles(ctx, plan=plan, campaign=campaign)
    if obstacles:
        raise Blocked(T("These accounts cannot be merged here."), obstacles)
    _notify(ctx, plan, vault)
    moved = _bring_over(ctx, plan)
    number_index = ctx.session.scalar(sa.select(Profile.citizen_id_index).where(Profile.user_id == plan.merged.id))
    moved["profile"] = bring_profile(ctx, kept_id=plan.kept.id, merged_id=plan.merged.id, vault=vault)
    moved["excluded"] = [_exclude(ctx, entry) for entry in plan.entries if entry.excludes]
    merger = Merger(
        kept_id=plan.kept.id,
        merged_id=plan.merged.id,
        campaign_id=None if campaign is None else campaign.id,
        moved=moved,
        number_index=number_index,
        merged_by=ctx.actor.user_id,
        merged_at=ctx.now,
    )
    merger.reason = seal(merger, written, vault=vault)
    ctx.session.add(merger)
    ctx.session.flush()
    _record(
        ctx,
        merger,
        campaign,
        action="core:person:merge",
        summary=T("Merged two accounts of one person"),
        values={"entries": len(moved["entries"]), "excluded": len(moved["excluded"])},
    )
    return merger


def undo_merger(ctx: Context, *, campaign: Campaign | None, merger: Merger, reason: str, vault: Vault) -> None:
    """Make two accounts of one again, as far as each thing is still where the merger put it.

    Entries that it excluded count again from the next ranking on. Both accounts are signed out. Raises Blocked where
    something has been built on the merger, Forbidden for staff of another campaign, DomainError without a reason.
    """
    written = checked_reason(reason)
    check_door(ctx, campaign=campaign, merger=merger)
    hold_people(ctx, merger.kept_id, merger.merged_id)
    ctx.session.refresh(merger, with_for_update=True)
    obstacles = undoing_obstacles(ctx, merger=merger)
    if obstacles:
        raise Blocked(T("This merger cannot be undone."), obstacles)
    _give_back(ctx, merger)
    give_profile_back(ctx, merger=merger, vault=vault)
    for enrolment_id, _decision in merger.moved["excluded"]:
        _restore(ctx, ctx.session.get_one(Enrolment, enrolment_id))
    for user_id in (merger.kept_id, merger.merged_id):
        end_all_sessions(ctx, user_id=user_id)
    merger.undone_by, merger.undone_at = ctx.actor.user_id, ctx.now
    merger.undone_reason = seal(merger, written, vault=vault, column="undone_reason")
    ctx.session.flush()
    _record(
        ctx,
        merger,
        campaign,
        action="core:person:unmerge",
        summary=T("Undid the merger of two accounts"),
        values={},
    )


def hold_people(ctx: Context, *user_ids: int) -> None:
    """Let nobody join, be appointed or be merged meanwhile: they all lock the person's row."""
    ctx.session.execute(sa.select(User.id).where(User.id.in_(user_ids)).order_by(User.id).with_for_update())


# --- bringing over ---


def _bring_over(ctx: Context, plan: Plan) -> dict[str, Any]:
    """Let everything of the merged account be the kept one's; return the numbers of the rows that changed hands."""
    kept, merged = plan.kept, plan.merged
    if merged.id in plan.second_factors:
        second_factor.reset(ctx, user=merged)
    end_all_sessions(ctx, user_id=merged.id)
    moved: dict[str, Any] = {
        "contacts": [contact.id for contact in plan.contacts],
        "proofs": [[old.id, new.id] for old, new in plan.shared_contacts if old.verified_at and not new.verified_at],
        "seats": [one.seat.id for one in plan.seats],
        "tasks": list(ctx.session.scalars(sa.select(Task.id).where(Task.user_id == merged.id, Task.done_at.is_(None)))),
        "ended": [one.seat.id for one in plan.seats if one.doubled],
        "entries": [one.enrolment.id for one in plan.entries if one.moves],
        "duplicates": [
            [one.enrolment.id, one.enrolment.duplicate_of_id] for one in plan.entries if one.instead is not None
        ],
        "earlier": list(ctx.session.scalars(sa.select(User.id).where(User.merged_into_id == merged.id))),
    }
    _owned_by(ctx, Contact, moved["contacts"], kept.id)
    _move_proofs(ctx, moved["proofs"])
    for held in plan.seats:
        if held.doubled:
            held.seat.ended_at = ctx.now
    ctx.session.flush()
    _owned_by(ctx, Membership, moved["seats"], kept.id)
    _owned_by(ctx, Task, moved["tasks"], kept.id)
    for one in plan.entries:
        if one.instead is not None:
            one.enrolment.duplicate_of_id = one.instead.id
    ctx.session.flush()
    _entries_owned_by(ctx, moved["entries"], kept.id)
    ctx.session.execute(sa.update(User).where(User.merged_into_id == merged.id).values(merged_into_id=kept.id))
    merged.active, merged.merged_into_id = False, kept.id
    ctx.session.flush()
    return moved


def _give_back(ctx: Context, merger: Merger) -> None:
    """Let what changed hands be the merged account's again, where the kept one still has it."""
    moved = merger.moved
    kept = ctx.session.get_one(User, merger.kept_id)
    merged = ctx.session.get_one(User, merger.merged_id)
    merged.merged_into_id, merged.active = None, True
    ctx.session.flush()
    ctx.session.execute(sa.update(User).where(User.id.in_(moved["earlier"])).values(merged_into_id=merged.id))
    _owned_by(ctx, Contact, moved["contacts"], merged.id, only_of=kept.id)
    _move_proofs(ctx, [(new, old) for old, new in moved["proofs"]])
    _owned_by(ctx, Membership, moved["seats"], merged.id)
    _owned_by(ctx, Task, moved["tasks"], merged.id, only_of=kept.id)
    ctx.session.execute(
        sa.update(Membership)
        .where(Membership.id.in_(moved["ended"]), Membership.ended_at == merger.merged_at)
        .values(ended_at=None)
    )
    _entries_owned_by(ctx, moved["entries"], merged.id)
    for enrolment_id, before in moved["duplicates"]:
        ctx.session.get_one(Enrolment, enrolment_id).duplicate_of_id = before
    ctx.session.flush()


def _owned_by(
    ctx: Context, model: type[Any], ids: Collection[int], user_id: int, *, only_of: int | None = None
) -> None:
    statement = sa.update(model).where(model.id.in_(ids)).values(user_id=user_id)
    ctx.session.execute(statement if only_of is None else statement.where(model.user_id == only_of))
    # Whoever looks at a person's contacts from here on must not see what was there before.
    ctx.session.expire_all()


def _entries_owned_by(ctx: Context, ids: Collection[int], user_id: int) -> None:
    """Give enrolments to an account, and let the plugins of their campaigns follow."""
    _owned_by(ctx, Enrolment, ids, user_id)
    found = ctx.session.scalars(sa.select(Enrolment).where(Enrolment.id.in_(ids)).order_by(Enrolment.id)).all()
    for campaign_id in dict.fromkeys(enrolment.campaign_id for enrolment in found):
        campaign = ctx.session.get_one(Campaign, campaign_id)
        those = [enrolment for enrolment in found if enrolment.campaign_id == campaign_id]
        ctx.hooks.notify(ctx, campaign, "enrolments_moved", enrolments=those)


def _move_proofs(ctx: Context, pairs: Iterable[tuple[int, int]]) -> None:
    """Let one contact be proved in the place of the same one of the other account: only one of them can be."""
    for one, other in pairs:
        found = {
            contact.id: contact
            for contact in ctx.session.scalars(sa.select(Contact).where(Contact.id.in_([one, other])))
        }
        if len(found) < 2 or found[one].verified_at is None:  # noqa: PLR2004 - the pair
            continue
        proved_at, found[one].verified_at = found[one].verified_at, None
        ctx.session.flush()
        found[other].verified_at = proved_at
        ctx.session.flush()


# --- entries that count no more, and again ---


def _exclude(ctx: Context, entry: EntryPlan) -> list[int]:
    """Exclude an entry with the reason in the campaign's language; return the numbers of entry and decision."""
    if entry.fate is Fate.EXCLUDED and entry.instead is not None:
        words = _SAME_PERSON.get(entry.campaign.language, _SAME_PERSON["en"])
        reason = words.format(code=entry.instead.code)
    else:
        reason = barring_reason(entry.campaign, entry.barred_by)
    return [entry.enrolment.id, exclude_entry(ctx, enrolment=entry.enrolment, reason=reason).id]


def _restore(ctx: Context, enrolment: Enrolment) -> None:
    hold(ctx, campaign_id=enrolment.campaign_id)
    ctx.session.refresh(enrolment)
    who = {"campaign_id": enrolment.campaign_id, "user_id": enrolment.user_id}
    barred = has_sat(ctx, **who) or revealing_reads(ctx, **who)
    campaign = ctx.session.get_one(Campaign, enrolment.campaign_id)
    # What was decided in an archived campaign is corrected by its committee, with a document.
    if enrolment.state is EnrolmentState.EXCLUDED and not barred and campaign.state is not CampaignState.ARCHIVED:
        restore_entry(ctx, enrolment=enrolment, reason=_TWO_AGAIN.get(campaign.language, _TWO_AGAIN["en"]))


# --- saying so ---


def _notify(ctx: Context, plan: Plan, vault: Vault) -> None:
    contacts = {contact.blind_index: contact for user in (plan.kept, plan.merged) for contact in user.contacts}
    open_ = {contact: NormalisedContact(contact.kind, reveal(contact, vault)) for contact in contacts.values()}
    shown = ", ".join(mask(to.kind, to.value) for to in open_.values())
    for to in open_.values():
        send_message(
            ctx,
            to=to,
            subject=T("Your accounts were joined"),
            body=[
                T("Two accounts that are yours were joined into one on %(when)s.", when=ctx.now),
                T("You sign in with any of these contacts: %(contacts)s.", contacts=shown),
                T("The password is that of the account made on %(day)s.", day=plan.kept.created_at.date()),
                T("If these accounts are not both yours, please call the support of your contest at once."),
            ],
            key=new_key("core.merger"),
            vault=vault,
            user_id=plan.kept.id,
        )


def _record(
    ctx: Context, merger: Merger, campaign: Campaign | None, *, action: str, summary: Any, values: dict[str, object]
) -> None:
    record(
        ctx,
        action=action,
        summary=summary,
        campaign=campaign,
        object_kind="user",
        object_id=merger.kept_id,
        before={"user": merger.merged_id},
        after={"user": merger.kept_id, "merger": merger.id, **values},
    )
