"""The time that candidates have to answer, while lists are drawn up anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi_prizes.candidates.conditions import is_named
from cuocthi_prizes.candidates.models import Candidacy
from cuocthi_prizes.candidates.parts import of_part, part_of

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi_prizes.models import AwardList


def stop_asking_unnamed(ctx: Context, *, award_list: AwardList) -> None:
    """Take the deadline away from those who have not answered and whom no list names any more (one statement).

    They cannot answer meanwhile: should a later list name them again, they are asked anew and have the full time. Of
    who is set aside, the deadline stays on record. Call it once the list is in the database.
    """
    ctx.session.execute(
        sa.update(Candidacy)
        .where(
            of_part(Candidacy, award_list.campaign_id, part_of(award_list)),
            Candidacy.asked_at.is_not(None),
            Candidacy.answered_at.is_(None),
            Candidacy.set_aside.is_(None),
            ~is_named(),
        )
        .values(asked_at=None, answer_by=None)
        .execution_options(synchronize_session=False)
    )
