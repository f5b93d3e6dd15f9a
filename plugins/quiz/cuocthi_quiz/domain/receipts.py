"""Receipts: a code that proves when a paper was handed in and what stood on it, to be checked by anyone who has it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.clock import to_micros
from cuocthi.digest import canonical
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.queries import papers as papers_queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_quiz.queries.papers import PaperRow

_PROOF_BYTES = 10
_GROUP = 4
_NUMBER = re.compile(r"[0-9]{1,12}")
#: Letters that people take for digits when they copy a code by hand; base 32 uses neither 0 nor 1 nor 8 nor 9.
_LOOKALIKES = str.maketrans("018", "OIB")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a person gets for a paper that was handed in. The digests cover the paper and the answers on it."""

    code: str
    submitted_at: datetime
    answered: int
    questions: int
    paper_digest: str
    answers_digest: str


def receipt(campaign: Campaign, attempt: Attempt, paper: Sequence[PaperRow]) -> Receipt:
    """Return the receipt of an attempt that was handed in. It follows from what is stored."""
    if attempt.submitted_at is None:
        msg = "a paper that was not handed in has no receipt"
        raise ValueError(msg)
    paper_digest = _sealed(
        campaign, [[row.position, row.question_key, row.revision_number, row.option_order] for row in paper]
    )
    answers = [[row.position, row.response] for row in paper] + [["prediction", attempt.prediction]]
    answers_digest = _sealed(campaign, [attempt.id, *answers])
    return Receipt(
        code=_code(campaign, attempt, paper_digest, answers_digest),
        submitted_at=attempt.submitted_at,
        answered=sum(row.answered for row in paper),
        questions=len(paper),
        paper_digest=paper_digest,
        answers_digest=answers_digest,
    )


def _sealed(campaign: Campaign, values: object) -> str:
    """Return a digest under the campaign's secret: a plain one of so few answers could be undone by trying them all."""
    return hmac.digest(campaign.draw_key.encode(), canonical(values), hashlib.sha256).hex()


def _code(campaign: Campaign, attempt: Attempt, paper_digest: str, answers_digest: str) -> str:
    assert attempt.submitted_at is not None  # noqa: S101 - receipt() has seen to it
    sealed = canonical(["receipt", attempt.id, to_micros(attempt.submitted_at), paper_digest, answers_digest])
    proof = hmac.digest(campaign.draw_key.encode(), sealed, hashlib.sha256)[:_PROOF_BYTES]
    letters = base64.b32encode(proof).decode()
    groups = [letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP)]
    return "-".join([str(attempt.id), *groups])


def check(ctx: Context, *, campaign: Campaign, code: str) -> Receipt | None:
    """Return the receipt that has this code, made anew from what is stored now, or None if there is none."""
    number, _, proof = code.strip().upper().partition("-")
    if not _NUMBER.fullmatch(number):
        return None
    attempt = ctx.session.scalar(
        sa.select(Attempt).where(
            Attempt.id == int(number), Attempt.campaign_id == campaign.id, Attempt.submitted_at.is_not(None)
        )
    )
    if attempt is None:
        return None
    found = receipt(campaign, attempt, papers_queries.paper(ctx, attempt_id=attempt.id))
    given = re.sub(r"[\s-]", "", proof).translate(_LOOKALIKES)
    expected = found.code.partition("-")[2].replace("-", "")
    return found if hmac.compare_digest(given.encode(), expected.encode()) else None
