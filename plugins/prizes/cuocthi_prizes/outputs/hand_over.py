"""Handing awards over: which lists it is done from, how it is set, and how codes of certificates are written.

Nothing is ever made of a draft, nor of a list that another one has replaced; certificates only of a final list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.campaigns.settings import load_settings, save_settings, unstructure
from cuocthi.errors import Conflict, Missing
from cuocthi.text import T
from cuocthi_prizes.digests import is_intact
from cuocthi_prizes.domain.scheme import refuse_archived
from cuocthi_prizes.models import AwardListState
from cuocthi_prizes.outputs.models import CODE_LENGTH
from cuocthi_prizes.outputs.queries import list_of
from cuocthi_prizes.outputs.settings import OWNER, OutputSettings
from cuocthi_prizes.queries import is_confirmed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_prizes.models import AwardList

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


def as_printed(code: str) -> str:
    """Return a code in groups, as it stands on paper: ABCD-EFGH-JKMN-PQRS."""
    return "-".join(_groups(code))


def as_stored(written: str) -> str:
    """Return a code as it is stored, from how somebody wrote it: small letters, blanks and hyphens do not matter."""
    return "".join(letter for letter in written.upper() if letter.isalnum())[: 2 * CODE_LENGTH]


def _groups(code: str) -> Iterator[str]:
    return (code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
