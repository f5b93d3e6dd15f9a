"""Marking again: after a decision on a key, every paper with that question gets the score that the key in force gives.

Of a paper's score only the marks of that one question change: what its answer earned under the former key is taken
away, what it earns under the new one is added. Each paper takes a decision in once, which its ``key_turn`` says, so
that doing it twice is doing it once. In portions of neighbouring papers, each a transaction of its own, so that nobody
who saves or hands in waits for more than one of them. What a score was before is kept for good.
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
    from collections.abc import Callable, Iterator, Mapping

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

#: How many papers are marked again in one transaction: a fraction of a second.
PORTION = 5_000

# The last paper of each portion, and the last of all.
_BOUNDS = sa.text("""
SELECT attempt_id FROM (
    SELECT attempt_id, ROW_NUMBER() OVER (ORDER BY attempt_id) AS place, COUNT(*) OVER () AS number
    FROM quiz_item WHERE revision_id = :revision_id
) AS placed
WHERE place % :portion = 0 OR place = number
ORDER BY attempt_id
""")

# Bounds that stand twice keep planners from going through all papers there are for each portion. What was kept when it
# was looked ahead mostly holds and is not written again.
_KEEP = sa.text("""
INSERT INTO quiz_rescored (key_id, attempt_id, score_before, max_before, score_after, max_after)
SELECT :key_id, a.id, a.score, a.max_score, a.score - was.points + will.points, a.max_score + :worth_more
FROM quiz_item AS i
JOIN quiz_attempt AS a ON a.id = i.attempt_id
LEFT JOIN quiz_answer AS n ON n.attempt_id = i.attempt_id AND n.position = i.position
JOIN quiz_mark AS was
  ON was.revision_id = :revision_id AND was.key_number = :former AND was.response = COALESCE(n.response, '')
JOIN quiz_mark AS will
  ON will.revision_id = :revision_id AND will.key_number = :number AND will.response = COALESCE(n.response, '')
WHERE i.revision_id = :revision_id AND i.attempt_id > :after AND i.attempt_id <= :upto
  AND a.id > :after AND a.id <= :upto AND a.graded_at IS NOT NULL AND a.key_turn < :turn
  AND (was.points <> will.points OR :worth_more <> 0)
  AND NOT EXISTS (
    SELECT 1 FROM quiz_rescored AS kept
    WHERE kept.key_id = :key_id AND kept.attempt_id = a.id
      AND kept.score_before = a.score AND kept.max_before = a.max_score
      AND kept.score_after = a.score - was.points + will.points AND kept.max_after = a.max_score + :worth_more
  )
ON CONFLICT (key_id, attempt_id) DO UPDATE
SET score_before = excluded.score_before, max_before = excluded.max_before,
    score_after = excluded.score_after, max_after = excluded.max_after
""")

_SET = sa.text("""
UPDATE quiz_attempt
SET score = kept.score_after, max_score = kept.max_after, key_turn = :turn
FROM quiz_rescored AS kept
WHERE kept.key_id = :key_id AND kept.attempt_id = quiz_attempt.id
  AND quiz_attempt.id > :after AND quiz_attempt.id <= :upto AND quiz_attempt.key_turn < :turn
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
    for values, done, number in _portions(ctx, change, change.turn or 0):
        run(ctx, _KEEP, values)
        run(ctx, _SET, values)
        forget(ctx, Attempt)
        keep()
        progress(done, number + 1)
    rescored = sa.select(sa.func.count()).where(Rescored.key_id == change.id)
    change.rescored = ctx.session.scalar(rescored) or 0
    _post(ctx, change)
    change.remarked_at = ctx.now
    ctx.session.flush()
    return change.rescored


def keep_scores(
    ctx: Context, *, change: KeyChange, progress: Callable[[int, int], None], keep: Callable[[], None]
) -> None:
    """Keep what the score of each graded paper would be under a proposed key, portion by portion as :func:`remark`.

    All answers need a mark under both keys. No score changes.
    """
    for values, done, number in _portions(ctx, change, next_turn(ctx, campaign_id=change.campaign_id)):
        run(ctx, _KEEP, values)
        keep()
        progress(done, number + 1)


def set_scores(ctx: Context, *, change: KeyChange) -> None:
    """Give all papers at once the scores that :func:`keep_scores` kept."""
    ctx.session.flush()
    kept = Rescored.__table__.c
    theirs = sa.and_(kept.key_id == change.id, kept.attempt_id == Attempt.id)
    run(ctx, sa.update(Attempt).values(score=kept.score_after, max_score=kept.max_after).where(theirs))
    forget(ctx, Attempt)


def next_turn(ctx: Context, *, campaign_id: int) -> int:
    """Return the turn of the decision on keys that comes into force next in a campaign."""
    last = sa.select(sa.func.max(KeyChange.turn)).where(KeyChange.campaign_id == campaign_id)
    return (ctx.session.scalar(last) or 0) + 1


def rounds_with_papers(ctx: Context, *, campaign_id: int) -> list[Phase]:
    """Return the rounds of the quiz in which somebody has begun a paper."""
    begun = set(ctx.session.scalars(sa.select(Attempt.phase_id).where(Attempt.campaign_id == campaign_id).distinct()))
    return [round_ for round_ in rounds(ctx, campaign_id=campaign_id, source=OWNER) if round_.id in begun]


def _portions(ctx: Context, change: KeyChange, turn: int) -> Iterator[tuple[Mapping[str, int], int, int]]:
    """Yield the values of the statements for each portion, the how-manieth it is, and the number of all."""
    bounds = ctx.session.scalars(_BOUNDS, {"revision_id": change.revision_id, "portion": PORTION}).all()
    values = {
        "key_id": change.id,
        "revision_id": change.revision_id,
        "former": change.based_on,
        "number": change.number,
        "worth_more": change.worth - change.former_worth,
        "turn": turn,
    }
    after = 0
    for done, upto in enumerate(bounds, start=1):
        yield {**values, "after": after, "upto": upto}, done, len(bounds)
        after = upto


def _post(ctx: Context, change: KeyChange) -> None:
    """Post the results of all rounds anew: what was predicted over the whole contest may be another number in each."""
    campaign = ctx.session.get_one(Campaign, change.campaign_id)
    for round_ in rounds_with_papers(ctx, campaign_id=campaign.id):
        results.refresh(ctx, campaign=campaign, round_=round_)
    campaign.renew_pages()
