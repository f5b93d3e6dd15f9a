"""Handing awards over: which lists it is done from, and the codes of certificates.

Nothing is ever made of a draft, nor of a list that another one has replaced; certificates only of a final list.
"""

from __future__ import annotations

from secrets import choice
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.settings import load_settings, save_settings, unstructure
from cuocthi.errors import Conflict, Missing
from cuocthi.text import T
from cuocthi_prizes.acts.queries import finality_of
from cuocthi_prizes.digests import is_intact
from cuocthi_prizes.domain.scheme import refuse_archived
from cuocthi_prizes.models import AwardList, AwardListState
from cuocthi_prizes.outputs.models import CODE_LENGTH, CODE_LETTERS, Certificate, HandOver
from cuocthi_prizes.outputs.queries import certificates_of, hand_over_of, list_of
from cuocthi_prizes.outputs.settings import OWNER, OutputSettings
from cuocthi_prizes.queries import is_confirmed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

_GROUP = 4


def adopted_list(ctx: Context, *, campaign: Campaign, list_id: int) -> AwardList:
    """Return a list from which prizes may be handed over.

    Raises Missing if the campaign has no such list; Conflict if it is a draft, was replaced, has lost names to erasure,
    or is not what was adopted.
    """
    found = list_of(ctx, campaign_id=campaign.id, list_id=list_id)
    if found is None:
        raise Missing(T("There is no such award list."))
    number = found.number
    if found.state is AwardListState.SUPERSEDED:
        raise Conflict(T("Award list %(number)s was replaced by another one: use that one.", number=number))
    if found.state is not AwardListState.ADOPTED:
        raise Conflict(T("Award list %(number)s is not adopted. Nothing is made of a draft.", number=number))
    if found.names_erased_at is not None:
        raise Conflict(T("Names on award list %(number)s have been erased, as the law asks.", number=number))
    if not is_intact(found) or not is_confirmed(ctx, award_list=found):
        raise Conflict(T("Award list %(number)s is not what was adopted: its digest differs.", number=number))
    return found


def save_output_settings(ctx: Context, *, campaign: Campaign, settings: OutputSettings) -> None:
    """Store a new version of how awards are handed over.

    Raises Closed in an archived campaign.
    """
    refuse_archived(campaign)
    before = load_settings(ctx, owner=OWNER, schema=OutputSettings, campaign=campaign)
    version = save_settings(ctx, owner=OWNER, campaign=campaign, value=settings)
    if version.id == before.version_id:
        return
    old, new = unstructure(before.value), unstructure(settings)
    changed = [field for field in new if old[field] != new[field]]
    record(
        ctx,
        action="prizes:outputs:edit",
        summary=T("Changed how prizes are handed over"),
        campaign=campaign,
        object_kind="settings_version",
        object_id=version.id,
        before={field: old[field] for field in changed},
        after={field: new[field] for field in changed},
    )


def give_codes(ctx: Context, *, campaign: Campaign, list_id: int) -> AwardList:
    """Give every award of a list the code of its certificate, as far as it has none yet; codes stay for good.

    Raises what :func:`adopted_list` raises, and Conflict for a list that no decision makes final yet.
    """
    award_list = _held(ctx, campaign, list_id)
    if finality_of(ctx, award_list=award_list) is None:
        raise Conflict(
            T("Certificates are given by a decision. Name the minutes and the decision of this award list first.")
        )
    _kept(ctx, award_list)
    given = certificates_of(ctx, award_list=award_list)
    persons, units = {one.award_id for one in given}, {one.unit_award_id for one in given}
    new = [{"award_id": award.id} for award in award_list.awards if award.id not in persons]
    new += [{"unit_award_id": award.id} for award in award_list.unit_awards if award.id not in units]
    for award in new:
        ctx.session.add(Certificate(award_list_id=award_list.id, code=_new_code(), created_at=ctx.now, **award))
    ctx.session.flush()
    record(
        ctx,
        action="prizes:certificates:make",
        summary=T("Asked for the certificates of award list %(number)s", number=award_list.number),
        campaign=campaign,
        object_kind="award_list",
        object_id=award_list.id,
        after={"certificates": len(given) + len(new), "digest": award_list.digest},
    )
    return award_list


def as_printed(code: str) -> str:
    """Return a code in groups, as it stands on paper: ABCD-EFGH-JKMN-PQRS."""
    return "-".join(_groups(code))


def as_stored(written: str) -> str:
    """Return a code as it is stored, from how somebody wrote it: small letters, blanks and hyphens do not matter."""
    return "".join(letter for letter in written.upper() if letter.isalnum())[: 2 * CODE_LENGTH]


def _groups(code: str) -> Iterator[str]:
    return (code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def _new_code() -> str:
    return "".join(choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def _held(ctx: Context, campaign: Campaign, list_id: int) -> AwardList:
    """Return the list, held to the end of the transaction, so that two who ask at once do not both make codes."""
    ctx.session.execute(
        sa.select(AwardList.id)
        .where(AwardList.id == list_id, AwardList.campaign_id == campaign.id)
        .with_for_update(key_share=True)
    )
    return adopted_list(ctx, campaign=campaign, list_id=list_id)


def _kept(ctx: Context, award_list: AwardList) -> HandOver:
    """Return what is kept beside a list, made where there is nothing yet."""
    found = hand_over_of(ctx, award_list=award_list)
    if found is None:
        found = HandOver(award_list_id=award_list.id)
        ctx.session.add(found)
        ctx.session.flush()
    return found
