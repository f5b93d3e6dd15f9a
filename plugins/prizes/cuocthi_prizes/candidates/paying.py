"""How those whom a list awards are paid, in full: for the list of payments alone, which is put on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi_prizes.candidates.details import Details, opened
from cuocthi_prizes.candidates.models import Candidacy, Way
from cuocthi_prizes.candidates.parts import named_by, of_part, part_of

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi_prizes.models import AwardList


def paid_how(ctx: Context, *, award_list: AwardList, vault: Vault) -> dict[int, tuple[Way, Details]]:
    """Return by enrolment what candidates said of being paid, in the clear (one statement). Raises Undecipherable."""
    rows = ctx.session.scalars(
        sa.select(Candidacy).where(
            of_part(Candidacy, award_list.campaign_id, part_of(award_list)),
            Candidacy.enrolment_id.in_(named_by(award_list)),
            Candidacy.details.is_not(None),
        )
    )
    found = {one.enrolment_id: (one.way, opened(one, vault=vault)) for one in rows}
    return {person: (way, said) for person, (way, said) in found.items() if way is not None and said is not None}
