"""Changing the timeline: phases added, edited and moved.

How an open one ends is told by :mod:`.ending`, how one is removed by :mod:`.removal`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, DomainError
from cuocthi.text import TN, T
from cuocthi.timelines.describing import described, descriptions, record_many
from cuocthi.timelines.localtime import move_span
from cuocthi.timelines.models import Phase, PhaseKind, Window
from cuocthi.timelines.windows import PhaseState, Times, UnitSpan, phase_state
from cuocthi.users.names import fold

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.moving import Move

_KEY_LENGTH = 36
_NO_WORD = re.compile(r"[^0-9a-z]+")
ONLY_ROUNDS = T("Only a round can have windows of its own for a unit.")


@dataclass(frozen=True, slots=True)
class PhaseDraft:
    """A phase to be added; its ``key`` is made from the title unless given.

    A phase of kind ``contest`` is a round and has a ``source`` and a ``number``, the next one unless given; others have
    neither.
    """

    kind: PhaseKind
    title: str
    windows: Sequence[Times]
    key: str = ""
    description: str = ""
    source: str = ""
    number: int | None = None

    @property
    def opens_at(self) -> datetime:
        """The first instant of the phase."""
        return min(window.opens_at for window in self.windows)

    @property
    def closes_at(self) -> datetime:
        """The first instant after the phase."""
        return max(window.closes_at for window in self.windows)


def add_phase(ctx: Context, *, campaign: Campaign, draft: PhaseDraft) -> Phase:
    """Add a phase to a campaign.

    Raises DomainError if the windows make no sense or the round's format is not enabled in the campaign, and Conflict
    if the key or the number is taken.
    """
    (phase,) = _insert(ctx, campaign, [draft])
    record(
        ctx,
        action="core:phase:add",
        summary=T("Added the phase “%(title)s”", title=phase.title),
        campaign=campaign,
        object_kind="phase",
        object_id=phase.id,
        after=described(ctx, phase),
    )
    return phase


def add_phases(ctx: Context, *, campaign: Campaign, drafts: Sequence[PhaseDraft]) -> list[Phase]:
    """Add many phases at once, as one event; all or none. Raises as :func:`add_phase`."""
    if not drafts:
        return []
    added = _insert(ctx, campaign, drafts)
    summary = TN("Added %(count)s phase", "Added %(count)s phases", len(added))
    record_many(ctx, campaign, "core:phase:add", summary, added)
    return added


def round_drafts(
    ctx: Context, *, campaign: Campaign, title: str, source: str, rounds: Sequence[Sequence[Times]]
) -> list[PhaseDraft]:
    """Return a draft for each of the windows in ``rounds``.

    Their numbers go on from the campaign's last round, and stand behind the ``title``.
    """
    last = _last_number(ctx, campaign)
    return [
        PhaseDraft(PhaseKind.CONTEST, f"{title} {number}", windows, source=source, number=number)
        for number, windows in enumerate(rounds, last + 1)
    ]


def move_phases(ctx: Context, *, campaign: Campaign, phases: Sequence[Phase], move: Move) -> None:
    """Bring several phases to other days, at the same times of day, as one event; all or none.

    The sources of the rounds among them are told. Raises Conflict if a round among them has opened, DomainError if
    there is none to move or a day would lie beyond the calendar.
    """
    if not phases:
        raise DomainError(T("Please choose the phases that are to be moved."), field="phases")
    for phase in phases:
        _refuse_begun_round(ctx, phase, field="phases")
    before = descriptions(ctx, phases)
    moved = [moved_draft(phase, move) for phase in phases]
    for phase in phases:
        phase.windows.clear()
    ctx.session.flush()  # the old windows leave before the new ones come: an opening moment is unique
    for phase, draft in zip(phases, moved, strict=True):
        phase.windows.extend(_windows(draft.windows))
    campaign.version += 1
    ctx.session.flush()
    for phase in phases:
        tell_source(ctx, campaign, phase)
    summary = TN("Moved %(count)s phase", "Moved %(count)s phases", len(phases))
    record_many(ctx, campaign, "core:phase:move", summary, phases, before=before)


def moved_draft(phase: Phase, move: Move) -> PhaseDraft:
    """Return what a phase would be on other days. Raises DomainError if a day would lie beyond the calendar."""
    try:
        windows = [replace(move_span(window, move), unit_id=window.unit_id) for window in phase.windows]
        return PhaseDraft(phase.kind, phase.title, windows, source=phase.source)
    except (ValueError, OverflowError) as error:
        raise DomainError(T("“%(title)s” would lie beyond the calendar.", title=phase.title), field="by") from error


def edit_phase(
    ctx: Context, *, campaign: Campaign, phase: Phase, title: str, description: str, windows: Sequence[Times]
) -> None:
    """Change a phase's words and times.

    The times of a round that has opened are changed by :mod:`.ending` only: otherwise raises
    Conflict. Raises DomainError if the windows make no sense.
    """
    before = described(ctx, phase)
    moved = _in_order(phase.windows) != _in_order(windows)
    if moved:
        _check_windows(windows, phase.kind)
        _refuse_begun_round(ctx, phase, field="windows")
        phase.windows.clear()
        ctx.session.flush()  # the old windows leave before the new ones come: an opening moment is unique
        phase.windows.extend(_windows(windows))
    phase.title, phase.description = title, description
    campaign.version += 1
    ctx.session.flush()
    if moved:
        tell_source(ctx, campaign, phase)
    record(
        ctx,
        action="core:phase:edit",
        summary=T("Changed the phase “%(title)s”", title=title),
        campaign=campaign,
        object_kind="phase",
        object_id=phase.id,
        before=before,
        after=described(ctx, phase),
    )


def tell_source(ctx: Context, campaign: Campaign, phase: Phase) -> None:
    """Tell the format of a round that its windows are others now; it may refuse them."""
    if phase.source:
        ctx.hooks.notify(ctx, campaign, "windows_changed", only=phase.source, phase=phase)


def _refuse_begun_round(ctx: Context, phase: Phase, *, field: str) -> None:
    if phase.kind is PhaseKind.CONTEST and phase_state(phase.windows, ctx.now) is not PhaseState.UPCOMING:
        raise Conflict(
            T("The round “%(title)s” has opened: it can only be closed now or extended.", title=phase.title),
            field=field,
        )


def _check_windows(windows: Sequence[Times], kind: PhaseKind) -> None:
    if not windows:
        raise DomainError(T("A phase needs at least one window of time."), field="windows")
    if kind is not PhaseKind.CONTEST and any(window.unit_id is not None for window in windows):
        raise DomainError(ONLY_ROUNDS, field="windows")
    for window in windows:
        if window.opens_at >= window.closes_at:
            raise DomainError(T("A window must open before it closes."), field="windows")
    for first, second in pairwise(sorted(windows, key=lambda window: (window.unit_id or 0, window.opens_at))):
        if first.unit_id == second.unit_id and second.opens_at < first.closes_at:
            raise DomainError(T("The windows of one phase must not overlap, nor those of one unit."), field="windows")


def _in_order(windows: Sequence[UnitSpan]) -> list[tuple[datetime, datetime, int]]:
    return sorted((window.opens_at, window.closes_at, window.unit_id or 0) for window in windows)


def _windows(windows: Sequence[Times]) -> list[Window]:
    ordered = sorted(windows, key=lambda window: window.opens_at)
    return [Window(opens_at=window.opens_at, closes_at=window.closes_at, unit_id=window.unit_id) for window in ordered]


def _insert(ctx: Context, campaign: Campaign, drafts: Sequence[PhaseDraft]) -> list[Phase]:
    for draft in drafts:
        _check_windows(draft.windows, draft.kind)
        _check_source(campaign, draft)
    drafts = _numbered(ctx, campaign, drafts)
    taken = set(ctx.session.scalars(sa.select(Phase.key).where(Phase.campaign_id == campaign.id)))
    added = [_phase(campaign, draft, taken) for draft in drafts]
    try:
        with ctx.session.begin_nested():
            ctx.session.add_all(added)
    except IntegrityError as error:
        raise Conflict(T("The timeline already has a phase with this key or number.")) from error
    campaign.version += 1
    return added


def _last_number(ctx: Context, campaign: Campaign) -> int:
    return ctx.session.scalar(sa.select(sa.func.max(Phase.number)).where(Phase.campaign_id == campaign.id)) or 0


def _numbered(ctx: Context, campaign: Campaign, drafts: Sequence[PhaseDraft]) -> list[PhaseDraft]:
    """Return the drafts with the next numbers for rounds without one; raises Conflict for a number that is taken."""
    numbers = set(ctx.session.scalars(sa.select(Phase.number).where(Phase.campaign_id == campaign.id)))
    last = max((number for number in (*numbers, *(draft.number for draft in drafts)) if number is not None), default=0)
    numbered: list[PhaseDraft] = []
    for draft in drafts:
        if draft.number is not None and draft.number in numbers:
            message = T("The timeline already has a round with the number %(number)s.", number=draft.number)
            raise Conflict(message, field="number")
        if draft.kind is PhaseKind.CONTEST and draft.number is None:
            last += 1
            numbered.append(replace(draft, number=last))
        else:
            numbered.append(draft)
    return numbered


def _check_source(campaign: Campaign, draft: PhaseDraft) -> None:
    is_round = draft.kind is PhaseKind.CONTEST
    if is_round != bool(draft.source):
        raise DomainError(T("A round needs a contest format; other phases have none."), field="source")
    if not is_round and draft.number is not None:
        raise DomainError(T("Only a round has a number."), field="number")
    if draft.source and draft.source not in campaign.plugins:
        raise DomainError(
            T("The contest format “%(name)s” is not enabled in this campaign.", name=draft.source), field="source"
        )


def _phase(campaign: Campaign, draft: PhaseDraft, taken: set[str]) -> Phase:
    """Return the row of a draft; a key that is made for it joins those ``taken``."""
    key = draft.key or _free_key(draft.title, taken)
    taken.add(key)
    return Phase(
        campaign_id=campaign.id,
        key=key,
        kind=draft.kind,
        title=draft.title,
        description=draft.description,
        number=draft.number,
        source=draft.source,
        windows=_windows(draft.windows),
    )


def _free_key(title: str, taken: set[str]) -> str:
    stem = _NO_WORD.sub("-", fold(title)).strip("-")[:_KEY_LENGTH].strip("-") or "phase"
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key
