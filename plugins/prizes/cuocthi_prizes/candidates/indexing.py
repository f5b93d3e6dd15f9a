"""Background work: ID numbers that were given before they were compared get the index by which they are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog

from cuocthi.contributions import JobKind
from cuocthi.security.personal_data import Undecipherable
from cuocthi.text import T
from cuocthi.users.profiles import citizen_id_index
from cuocthi.web.context import registry
from cuocthi_prizes.candidates.details import opened
from cuocthi_prizes.candidates.models import Candidacy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault

log = structlog.get_logger(__name__)


def index_numbers(
    ctx: Context, _arguments: Mapping[str, Any], _progress: Callable[[int, int], None]
) -> Mapping[str, Any]:
    """Give every answer without an index its own, as far as the keys open it; return how many of both there were."""
    indexed, unreadable = index_answers(ctx, vault=registry().vault)
    return {"indexed": indexed, "unreadable": unreadable}


def index_answers(ctx: Context, *, vault: Vault) -> tuple[int, int]:
    """Index the ID numbers of all answers that have no index; return how many were indexed, and how many do not open.

    What does not open goes on counting as no answer: the candidate gives it again.
    """
    waiting = sa.select(Candidacy).where(Candidacy.details.is_not(None), Candidacy.citizen_id_index.is_(None))
    indexed = unreadable = 0
    for candidacy in ctx.session.scalars(waiting.order_by(Candidacy.id)):
        try:
            details = opened(candidacy, vault=vault)
        except Undecipherable:
            log.warning("answer_not_opened", candidacy_id=candidacy.id)
            unreadable += 1
            continue
        if details is not None:
            candidacy.citizen_id_index = citizen_id_index(details.citizen_id, vault)
            indexed += 1
    ctx.session.flush()
    return indexed, unreadable


KIND = JobKind(
    "prizes.numbers",
    T("Compare ID numbers of earlier answers"),
    index_numbers,
    every=timedelta(hours=1),
    results={"indexed": T("Compared from now on"), "unreadable": T("Cannot be opened; to be given again")},
)
