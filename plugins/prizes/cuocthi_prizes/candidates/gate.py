"""Why a list cannot be adopted on account of its candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_prizes.candidates.queries import states
from cuocthi_prizes.settings import Check

if TYPE_CHECKING:
    from collections.abc import Collection

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi_prizes.candidates.queries import State
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.settings import PrizeSettings


def candidate_obstacles(
    ctx: Context, *, award_list: AwardList, scheme: PrizeSettings, vault: Vault | None
) -> list[Text]:
    """Return every reason that candidates give against adopting a list (a constant number of statements).

    Raises ContractError where dates of birth have to be compared and there is no vault: what cannot be compared is not
    adopted.
    """
    found = states(ctx, award_list=award_list, vault=vault).values()
    gone = sum(1 for state in found if state.set_aside)
    left = [state for state in found if not state.set_aside]
    reasons = [_unchecked(check, left) for check in scheme.candidate_checks]
    reasons += [_unanswered(left) if scheme.answer_days else None, _alike(left), _doubtful(left), _set_aside(gone)]
    return [reason for reason in reasons if reason is not None]


def _unchecked(check: Check, candidates: Collection[State]) -> Text | None:
    number = sum(1 for state in candidates if state.missing([check]))
    texts = {
        Check.CONTACT: T("Candidates whom nobody has reached yet: %(number)s.", number=number),
        Check.IDENTITY: T("Candidates of whom nobody has checked who they are: %(number)s.", number=number),
        Check.ENTRY: T("Candidates whose entries nobody has looked at: %(number)s.", number=number),
    }
    return texts[check] if number else None


def _unanswered(candidates: Collection[State]) -> Text | None:
    number = sum(1 for state in candidates if not state.has_answered)
    text = T("Candidates who have not said yet how they are paid: %(number)s.", number=number)
    return text if number else None


def _alike(candidates: Collection[State]) -> Text | None:
    number = sum(1 for state in candidates if state.open_matches)
    text = T(
        "Candidates who resemble a member of a committee, or somebody who knows questions, and of whom nobody has "
        "ruled that they are somebody else: %(number)s.",
        number=number,
    )
    return text if number else None


def _doubtful(candidates: Collection[State]) -> Text | None:
    number = sum(1 for state in candidates if state.open_doubts)
    text = T(
        "Candidates whose ID number another candidate has too, or is not that of their card, and on whom nobody has "
        "ruled: %(number)s.",
        number=number,
    )
    return text if number else None


def _set_aside(number: int) -> Text | None:
    text = T("Candidates who are passed over by decision since: %(number)s. Draw up a new list.", number=number)
    return text if number else None
