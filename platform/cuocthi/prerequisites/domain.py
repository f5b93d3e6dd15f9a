"""Listing prerequisites, and confirming that they are met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.errors import DomainError
from cuocthi.prerequisites.models import Prerequisite
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.documents.models import Document

_record = partial(record, object_kind="prerequisite")

#: What a new campaign begins with, in its language: what the law asks of a system that keeps personal data.
_DEFAULTS = {
    "vi": (
        "Hồ sơ đề xuất cấp độ an toàn hệ thống thông tin đã được phê duyệt",
        "Đã phân công đầu mối tiếp nhận, xử lý sự cố về dữ liệu cá nhân",
        "Đã kiểm tra việc sao lưu và phục hồi dữ liệu",
    ),
    "en": (
        "The security level of the system has been approved",
        "A contact for incidents with personal data has been named",
        "Backup and recovery of the data have been tested",
    ),
}


@dataclass(frozen=True, slots=True)
class PrerequisiteFacts:
    """A condition; ``required`` if the campaign may not open without it, ``met`` if somebody confirms that it is met.

    ``document`` proves it.
    """

    title: str
    required: bool = False
    met: bool = False
    document: Document | None = None
    note: str = ""


def default_prerequisites(language: str) -> list[PrerequisiteFacts]:
    """Return what a new campaign begins with, in a language in which it can be held; none of it met."""
    return [PrerequisiteFacts(title) for title in _DEFAULTS.get(language, _DEFAULTS["en"])]


def add_prerequisite(ctx: Context, *, campaign: Campaign, facts: PrerequisiteFacts) -> Prerequisite:
    """Add a condition to the list. Raises DomainError (``title``) for one without words."""
    _check(facts)
    (added,) = list_prerequisites(ctx, campaign=campaign, facts=[facts])
    summary = T("Added the condition “%(title)s”", title=added.title)
    _record(
        ctx,
        campaign=campaign,
        object_id=added.id,
        action="core:prerequisite:add",
        summary=summary,
        after=_described(added),
    )
    return added


def list_prerequisites(ctx: Context, *, campaign: Campaign, facts: Sequence[PrerequisiteFacts]) -> list[Prerequisite]:
    """Store the conditions with which a campaign begins. Raises as :func:`add_prerequisite`."""
    for one in facts:
        _check(one)
    added = [Prerequisite(campaign_id=campaign.id) for _ in facts]
    for prerequisite, one in zip(added, facts, strict=True):
        _take(ctx, prerequisite, one)
    ctx.session.add_all(added)
    ctx.session.flush()
    return added


def edit_prerequisite(
    ctx: Context, *, campaign: Campaign, prerequisite: Prerequisite, facts: PrerequisiteFacts
) -> None:
    """Change a condition, confirm that it is met, or take that back. Raises as :func:`add_prerequisite`."""
    _check(facts)
    before, was_met = _described(prerequisite), prerequisite.done_at is not None
    _take(ctx, prerequisite, facts)
    ctx.session.flush()
    ctx.session.expire(prerequisite, ["done_by"])
    after = _described(prerequisite)
    if before == after:
        return
    action, summary = "core:prerequisite:edit", T("Changed the condition “%(title)s”", title=prerequisite.title)
    if facts.met and not was_met:
        action = "core:prerequisite:confirm"
        summary = T("Confirmed the condition “%(title)s”", title=prerequisite.title)
    _record(
        ctx, campaign=campaign, object_id=prerequisite.id, action=action, summary=summary, before=before, after=after
    )


def remove_prerequisite(ctx: Context, *, campaign: Campaign, prerequisite: Prerequisite) -> None:
    """Take a condition off the list; the log keeps what it was."""
    before, prerequisite_id = _described(prerequisite), prerequisite.id
    ctx.session.delete(prerequisite)
    ctx.session.flush()
    record(
        ctx,
        action="core:prerequisite:remove",
        summary=T("Removed the condition “%(title)s”", title=before["title"]),
        campaign=campaign,
        object_kind="prerequisite",
        object_id=prerequisite_id,
        before=before,
    )


def _check(facts: PrerequisiteFacts) -> None:
    if not facts.title.strip():
        raise DomainError(T("Please say what has to be met."), field="title")


def _take(ctx: Context, prerequisite: Prerequisite, facts: PrerequisiteFacts) -> None:
    prerequisite.title, prerequisite.note = facts.title.strip(), facts.note.strip()
    prerequisite.required, prerequisite.document = facts.required, facts.document
    if facts.met and prerequisite.done_at is None:
        prerequisite.done_at, prerequisite.done_by_id = ctx.now, ctx.actor.user_id
    elif not facts.met:
        prerequisite.done_at, prerequisite.done_by_id = None, None


def _described(prerequisite: Prerequisite) -> dict[str, object]:
    document = prerequisite.document
    return {
        "title": prerequisite.title,
        "required": prerequisite.required,
        "met": prerequisite.done_at is not None,
        "document": (document.symbol or document.title) if document else None,
        "note": prerequisite.note,
    }
