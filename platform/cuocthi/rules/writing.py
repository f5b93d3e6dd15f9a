"""Writing prose into the rules. The generated sentences cannot be edited: they are what the software does."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from cuocthi.audit.domain import record
from cuocthi.campaigns.settings import load_settings, save_settings
from cuocthi.digest import digest
from cuocthi.errors import Conflict, Missing
from cuocthi.rules.prose import OWN, OWNER, Clause, OwnClause, Prose, RulesProse
from cuocthi.standings.confirmations import hold
from cuocthi.text import T, Text
from cuocthi.users.names import fold

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

_NO_WORD = re.compile(r"[^0-9a-z]+")
_KEY_LENGTH = 50


def load_prose(ctx: Context, *, campaign: Campaign) -> RulesProse:
    """Return what organisers wrote into a campaign's rules (one statement)."""
    return load_settings(ctx, owner=OWNER, schema=RulesProse, campaign=campaign).value


def seen(part: Prose | OwnClause) -> str:
    """Return what a form carries of the text that it was opened with, so that nobody writes over a newer one."""
    return digest(dataclasses.asdict(part))[:16]


def prose_around(prose: RulesProse, clause: str) -> Prose:
    """Return the prose around a generated clause, empty if there is none."""
    return next((one for one in prose.around if one.clause == clause), Prose(clause))


def own_clause(prose: RulesProse, clause: str) -> OwnClause:
    """Return the organisers' clause with this key among all clauses. Raises Missing."""
    found = next((one for one in prose.clauses if one.clause == clause), None)
    if found is None:
        raise Missing(T("This clause does not exist any more."))
    return found


def write_around(
    ctx: Context, *, campaign: Campaign, clause: str, heading: str, before: str, after: str, opened_with: str
) -> None:
    """Set the prose before and after the generated clause with this key and ``heading``; empty texts take it away.

    ``opened_with`` is what :func:`seen` said of the text that the writer had before them. Raises Conflict if it has
    changed since, SettingsError for a text that is too long.
    """
    prose = _held(ctx, campaign)
    old = prose_around(prose, clause)
    _refuse_stale(old, opened_with)
    new = Prose(clause, _tidy(before), _tidy(after))
    others = tuple(one for one in prose.around if one.clause != clause)
    kept = (*others, new) if new.before or new.after else others
    _save(
        ctx,
        campaign,
        dataclasses.replace(prose, around=tuple(sorted(kept, key=lambda one: one.clause))),
        summary=T("Changed the prose around “%(heading)s” in the rules", heading=heading),
        before=_texts(old),
        after=_texts(new),
    )


def add_clause(ctx: Context, *, campaign: Campaign, heading: str, body: str, after: str) -> str:
    """Add a clause after the one with the key ``after`` (first, if that is empty); return its key among all clauses.

    Raises SettingsError for a heading or a body that cannot be.
    """
    prose = _held(ctx, campaign)
    own = OwnClause(_free_key(prose, heading), heading.strip(), _tidy(body), after)
    _save(
        ctx,
        campaign,
        dataclasses.replace(prose, clauses=(*prose.clauses, own)),
        summary=T("Added the clause “%(heading)s” to the rules", heading=own.heading),
        before={},
        after=_texts(own),
    )
    return own.clause


def edit_clause(
    ctx: Context, *, campaign: Campaign, clause: str, heading: str, body: str, after: str, opened_with: str
) -> None:
    """Change a clause that organisers wrote, or its place.

    Raises as :func:`write_around`, and Missing if it is gone.
    """
    prose = _held(ctx, campaign)
    old = own_clause(prose, clause)
    _refuse_stale(old, opened_with)
    new = OwnClause(old.key, heading.strip(), _tidy(body), after)
    _save(
        ctx,
        campaign,
        dataclasses.replace(prose, clauses=tuple(new if one is old else one for one in prose.clauses)),
        summary=T("Changed the clause “%(heading)s” of the rules", heading=new.heading),
        before=_texts(old),
        after=_texts(new),
    )


def remove_clause(ctx: Context, *, campaign: Campaign, clause: str) -> None:
    """Take a clause away that organisers wrote; what stood after it moves up. Raises Missing if it is gone."""
    prose = _held(ctx, campaign)
    old = own_clause(prose, clause)
    rest = tuple(
        dataclasses.replace(one, after=old.after) if one.after == old.clause else one
        for one in prose.clauses
        if one is not old
    )
    _save(
        ctx,
        campaign,
        dataclasses.replace(prose, clauses=rest),
        summary=T("Removed the clause “%(heading)s” from the rules", heading=old.heading),
        before=_texts(old),
        after={},
    )


def places(clauses: list[Clause], *, of: str = "") -> list[tuple[str, str]]:
    """Return after which clauses one may stand: pairs of key and heading; never after the clause ``of`` itself."""
    return [(clause.key, clause.heading) for clause in clauses if clause.key != of]


def _held(ctx: Context, campaign: Campaign) -> RulesProse:
    """Return the prose as it is now; two who write at the same time take turns."""
    hold(ctx, campaign_id=campaign.id)
    return load_prose(ctx, campaign=campaign)


def _save(
    ctx: Context, campaign: Campaign, prose: RulesProse, *, summary: Text, before: dict[str, Any], after: dict[str, Any]
) -> None:
    if before == after:
        return
    version = save_settings(ctx, owner=OWNER, campaign=campaign, value=prose)
    record(
        ctx,
        action="core:rules:write",
        summary=summary,
        campaign=campaign,
        object_kind="settings",
        object_id=version.id,
        before={name: text for name, text in before.items() if after.get(name) != text},
        after={name: text for name, text in after.items() if before.get(name) != text},
    )


def _texts(part: Prose | OwnClause) -> dict[str, Any]:
    if isinstance(part, Prose):
        return {"text_before": part.before, "text_after": part.after}
    return {"heading": part.heading, "text": part.body, "stands_after": part.after}


def _refuse_stale(part: Prose | OwnClause, opened_with: str) -> None:
    if seen(part) != opened_with:
        raise Conflict(
            T("Somebody else has changed this text since you opened it. Yours is below; please compare and save again.")
        )


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _free_key(prose: RulesProse, heading: str) -> str:
    stem = _NO_WORD.sub("-", fold(heading)).strip("-")[:_KEY_LENGTH].strip("-") or "clause"
    taken = {one.clause.removeprefix(OWN) for one in prose.clauses}
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key
