"""Marking again: after a decision on a key, every paper with that question gets the score that the key in force gives.

In portions of neighbouring papers, each a transaction of its own, so that nobody who saves or hands in waits for more
than one of them. Scores are summed anew, not corrected, so that doing it twice is doing it once; what a score was
before is kept for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.domain import results
from cuocthi_quiz.domain.marks import mark_answers
from cuocthi_quiz.domain.statements import change as run
from cuocthi_quiz.domain.statements import forget
from cuocthi_quiz.models import Attempt, KeyChange, Rescored
from cuocthi_quiz.settings import OWNER

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.context import Context

#: How many papers are marked again in one transaction: a fraction of a second.
PORTION = 10_000

# The last paper of each portion, and the last of all.
_BOUNDS = sa.text("""
SELECT attempt_id FROM (
    SELECT attempt_id, ROW_NUMBER() OVER (ORDER BY attempt_id) AS place, COUNT(*) OVER () AS number
    FROM quiz_item WHERE revision_id = :revision_id
) AS placed
WHERE place % :portion = 0 OR place = number
ORDER BY attempt_id
""")

_KEEP = sa.text("""
INSERT INTO quiz_rescored (key_id, attempt_id, score_before, max_before, score_after, max_after)
SELECT :key_id, a.id, a.score, a.max_score, sums.score, sums.worth
FROM quiz_attempt AS a
JOIN (
    SELECT i.attempt_id, SUM(m.points) AS score, SUM(r.worth) AS worth
    FROM quiz_item AS one
    JOIN quiz_item AS i ON i.attempt_id = one.attempt_id
    JOIN quiz_revision AS r ON r.id = i.revision_id
    LEFT JOIN quiz_answer AS n ON n.attempt_id = i.attempt_id AND n.position = i.position
    LEFT JOIN quiz_mark AS m
      ON m.revision_id = r.id AND m.key_number = r.key_number AND m.response = COALESCE(n.response, '')
    WHERE one.revision_id = :revision_id AND one.attempt_id > :after AND one.attempt_id <= :upto
    GROUP BY i.attempt_id
    HAVING COUNT(*) = COUNT(m.points)
) AS sums ON sums.attempt_id = a.id
WHERE a.graded_at IS NOT NULL AND (a.score <> sums.score OR a.max_score <> sums.worth)
ON CONFLICT (key_id, attempt_id) DO UPDATE SET score_after = excluded.score_after, max_after = excluded.max_after
""")

_SET = sa.text("""
UPDATE quiz_attempt
SET score = kept.score_after, max_score = kept.max_after
FROM quiz_rescored AS kept
WHERE kept.key_id = :key_id AND kept.attempt_id = quiz_attempt.id
  AND quiz_attempt.id > :after AND quiz_attempt.id <= :upto
  AND (quiz_attempt.score <> kept.score_after OR quiz_attempt.max_score <> kept.max_after)
""")


def remark(ctx: Context, *, change: KeyChange, progress: Callable[[int, int], None], keep: Callable[[], None]) -> int:
    """Mark all papers again that have the question of a decision in force; return how many scores that changed.

    ``keep()`` is called after each portion and commits it. At the end the rounds' results are posted anew, and with
    them the distances of predictions, so that rankings know that they have to be built again. Marked by a key that
    followed later this changes nothing any more.
    """
    if change.remarked_at is not None:
        return change.rescored
    mark_answers(ctx, "i.revision_id = :revision_id", {"revision_id": change.revision_id})
    keep()
    bounds = ctx.session.scalars(_BOUNDS, {"revision_id": change.revision_id, "portion": PORTION}).all()
    after = 0
    for done, upto in enumerate(bounds, start=1):
        values = {"key_id": change.id, "revision_id": change.revision_id, "after": after, "upto": upto}
        run(ctx, _KEEP, values)
        run(ctx, _SET, values)
        forget(ctx, Attempt)
        keep()
        progress(done, len(bounds) + 1)
        after = upto
    rescored = sa.select(sa.func.count()).where(Rescored.key_id == change.id)
    change.rescored = ctx.session.scalar(rescored) or 0
    _post(ctx, change)
    change.remarked_at = ctx.now
    ctx.session.flush()
    progress(len(bounds) + 1, len(bounds) + 1)
    return change.rescored


def _post(ctx: Context, change: KeyChange) -> None:
    """Post the results of all rounds anew: what was predicted over the whole contest may be another number in each."""
    campaign = ctx.session.get_one(Campaign, change.campaign_id)
    for round_ in rounds(ctx, campaign_id=campaign.id, source=OWNER):
        if ctx.session.scalar(sa.select(sa.exists().where(Attempt.phase_id == round_.id))):
            results.refresh(ctx, campaign=campaign, round_=round_)
    campaign.renew_pages()
