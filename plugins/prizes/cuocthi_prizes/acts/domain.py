"""Naming the minutes and the decision by which adopted award lists are final: both or none, and only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.clock import LOCAL_ZONE
from cuocthi.digest import digest
from cuocthi.documents.queries import document_of
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi_prizes.acts.digests import act_values, final_digest
from cuocthi_prizes.acts.models import ActKind, Finality, LegalAct
from cuocthi_prizes.acts.queries import KINDS, finalities
from cuocthi_prizes.domain.award_lists import lock
from cuocthi_prizes.outputs.hand_over import adopted_list

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.text import Text
    from cuocthi_prizes.models import AwardList

_MOST_LETTERS = 400


def name_acts(
    ctx: Context, *, campaign: Campaign, list_ids: Sequence[int], minutes_id: int, decision_id: int, reason: str = ""
) -> list[Finality]:
    """Make adopted lists final by two registered documents; return what was added, nothing for what stands so already.

    What the register says of both is copied. A list that is final by other acts is corrected by that, for the
    ``reason``, which is kept. Possible in an archived campaign too. Raises DomainError with the field (``minutes``,
    ``decision``, ``lists``, ``reason``) of what is missing or dated wrongly, and what
    :func:`cuocthi_prizes.outputs.hand_over.adopted_list` raises for a list that is not in force.
    """
    lock(ctx, campaign)
    if not list_ids:
        raise DomainError(T("Choose the award lists that these acts are about."), field="lists")
    lists = [adopted_list(ctx, campaign=campaign, list_id=list_id) for list_id in sorted(set(list_ids))]
    minutes = _complete(ctx, campaign, ActKind.MINUTES, minutes_id)
    decision = _complete(ctx, campaign, ActKind.DECISION, decision_id)
    _check_days(ctx, minutes=minutes, decision=decision, lists=lists)
    acts = (_kept(ctx, minutes), _kept(ctx, decision))
    known = finalities(ctx, list_ids=[one.id for one in lists])
    changed = [one for one in lists if not _stands(known.get(one.id, []), acts)]
    written = _reason(reason, [one for one in changed if one.id in known])
    return [_name(ctx, campaign, one, known.get(one.id, []), acts, written) for one in changed]


def _complete(ctx: Context, campaign: Campaign, kind: ActKind, document_id: int) -> LegalAct:
    """Return what the register says of a document as an act. Raises DomainError for what it does not say."""
    document = document_of(ctx, campaign_id=campaign.id, document_id=document_id)
    if document is None or document.kind is not KINDS[kind]:
        raise DomainError(_WANTED[kind], field=kind)
    missing = [title for value, title in _needed(document) if not value]
    if missing or document.file is None or document.issued_on is None:
        name = document.symbol or document.title
        message = T("In the register “%(name)s” lacks: %(what)s. Add it there first.", name=name, what=missing[0])
        raise DomainError(message, field=kind)
    act = LegalAct(
        campaign_id=campaign.id,
        kind=kind,
        document_id=document.id,
        symbol=document.symbol,
        title=document.title,
        issuer=document.issuer,
        issued_on=document.issued_on,
        authority=document.authority,
        office=document.office,
        signatory=document.signatory,
        file_id=document.file.id,
        file_sha256=document.file.sha256,
        recorded_at=ctx.now,
    )
    act.digest = digest(act_values(act))
    return act


_WANTED = {
    ActKind.MINUTES: T("Choose minutes from the register of documents."),
    ActKind.DECISION: T("Choose a decision from the register of documents."),
}


def _needed(document: Document) -> list[tuple[object, Text]]:
    return [
        (document.symbol, T("Number and symbol")),
        (document.issued_on, T("Day of issue")),
        (document.issuer, T("Issued by")),
        (document.signatory, T("Full name of who signs")),
        (document.office, T("Position of who signs")),
        (document.file, T("File")),
    ]


def _check_days(ctx: Context, *, minutes: LegalAct, decision: LegalAct, lists: Sequence[AwardList]) -> None:
    today = ctx.now.astimezone(LOCAL_ZONE).date()
    for act in (minutes, decision):
        if act.issued_on > today:
            message = T("“%(number)s” is dated in the future, %(day)s.", number=act.symbol, day=act.issued_on)
            raise DomainError(message, field=act.kind)
    for one in lists:
        if minutes.issued_on < _adopted_on(one):
            words = {"day": minutes.issued_on, "number": one.number, "adopted": _adopted_on(one)}
            message = T("The minutes are of %(day)s, but list %(number)s was adopted on %(adopted)s only.", **words)
            raise DomainError(message, field=ActKind.MINUTES)
    if decision.issued_on < minutes.issued_on:
        words = {"day": decision.issued_on, "minutes": minutes.issued_on}
        message = T("The decision is of %(day)s, before the minutes of %(minutes)s that it rests on.", **words)
        raise DomainError(message, field=ActKind.DECISION)


def _adopted_on(award_list: AwardList) -> date:
    return (award_list.adopted_at or award_list.created_at).astimezone(LOCAL_ZONE).date()


def _kept(ctx: Context, act: LegalAct) -> LegalAct:
    """Return the act that is on record already if it says the very same, or else put this one on record."""
    same = sa.select(LegalAct).where(LegalAct.campaign_id == act.campaign_id, LegalAct.digest == act.digest)
    found = ctx.session.scalar(same)
    if found is not None:
        return found
    ctx.session.add(act)
    ctx.session.flush()
    return act


def _stands(versions: Sequence[Finality], acts: tuple[LegalAct, LegalAct]) -> bool:
    return bool(versions) and (versions[-1].minutes_id, versions[-1].decision_id) == (acts[0].id, acts[1].id)


def _reason(reason: str, corrected: Sequence[AwardList]) -> str:
    written = " ".join(reason.split())
    if not corrected:
        return ""
    if not written:
        number = corrected[0].number
        message = T("List %(number)s is final by other acts already: say why they are named anew.", number=number)
        raise DomainError(message, field="reason")
    if len(written) > _MOST_LETTERS:
        raise DomainError(T("This text may have at most %(most)s letters.", most=_MOST_LETTERS), field="reason")
    return written


def _name(  # noqa: PLR0917 - of this module alone
    ctx: Context,
    campaign: Campaign,
    award_list: AwardList,
    versions: Sequence[Finality],
    acts: tuple[LegalAct, LegalAct],
    reason: str,
) -> Finality:
    former = versions[-1] if versions else None
    minutes, decision = acts
    made = Finality(
        award_list_id=award_list.id,
        version=len(versions) + 1,
        minutes=minutes,
        decision=decision,
        reason=reason if former else "",
        recorded_by=ctx.actor.user_id,
        recorded_at=ctx.now,
    )
    made.digest = final_digest(
        award_list.digest, made.version, made.reason, minutes.digest, decision.digest, former.digest if former else ""
    )
    ctx.session.add(made)
    campaign.version += 1
    ctx.session.flush()
    said = {"number": award_list.number, "decision": decision.symbol}
    record(
        ctx,
        action="prizes:act:record",
        summary=T("Named anew the acts by which award list %(number)s is final: decision %(decision)s", **said)
        if former
        else T("Made award list %(number)s final by decision %(decision)s", **said),
        campaign=campaign,
        object_kind="award_list",
        object_id=award_list.id,
        before=_described(former) if former else {},
        after={**_described(made), "reason": made.reason},
    )
    return made


def _described(finality: Finality) -> dict[str, object]:
    return {
        "minutes": finality.minutes.symbol,
        "decision": finality.decision.symbol,
        "digest": finality.digest,
    }
