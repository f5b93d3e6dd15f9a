"""Results of entries, and rankings made of them: immutable versions, adopted by two persons."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey, choice

#: How many criteria a ranking may have: the number of key columns of a standing.
MAX_CRITERIA = 8


class Result(Base):
    """What a contest format reports for one entry. Points are in thousandths, the duration in milliseconds.

    The keys are not foreign keys: checking them takes longer than all else about posting. Posting, which alone writes
    results, checks that the enrolments are of the campaign; the round is held by its set of results; enrolments are
    never deleted.
    """

    __tablename__ = "core_result"
    __table_args__ = (
        sa.UniqueConstraint("phase_id", "enrolment_id", "entry_key"),
        sa.CheckConstraint("score >= 0 AND score <= max_score AND duration_ms >= 0", name="plausible"),
        # A decision on a key changes all scores of a round: there is room for that beside the rows, which leaves the
        # indices as they are.
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int]
    phase_id: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(40))
    enrolment_id: Mapped[int] = mapped_column(index=True)
    entry_key: Mapped[str] = mapped_column(sa.String(40))
    score: Mapped[int]
    max_score: Mapped[int]
    duration_ms: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]


class ResultMeasure(Base):
    """An integer measure of the format's own for a result; a missing row ranks last."""

    __tablename__ = "core_result_measure"
    __table_args__ = (sa.PrimaryKeyConstraint("result_id", "key"),)

    result_id: Mapped[int] = mapped_column(sa.ForeignKey("core_result.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(sa.String(40))
    value: Mapped[int]


class ResultSet(Base):
    """What a round's results are at present: how many, of how many persons, and their digests.

    By the digests a ranking knows whether it is stale.
    """

    __tablename__ = "core_result_set"

    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"), primary_key=True)
    results: Mapped[int]
    persons: Mapped[int]
    results_digest: Mapped[str] = mapped_column(sa.String(64))
    measures_digest: Mapped[str] = mapped_column(sa.String(64))
    posted_at: Mapped[datetime]


class RankingState(StrEnum):
    """How binding a ranking is."""

    DRAFT = "draft"
    PROVISIONAL = "provisional"
    ADOPTED = "adopted"
    SUPERSEDED = "superseded"


class Ranking(Base):
    """One version of the ranking of a round. Its standings are never edited; what changes is a new version.

    ``criteria`` is the list it was made by, each with key, title, unit, direction and gate, copied so that it can be
    explained for ever. ``number`` counts versions of a round; a draft that nobody submitted is replaced by the next.
    ``results_digest`` says which results it was made of. ``submitted_at`` is when it stopped being a draft;
    ``objections_until`` is until when people may object to it, None where the rules leave them no time for that.
    ``made_of`` holds by round the number and digest of the ranking that its results were made of, where they were.
    """

    __tablename__ = "core_ranking"
    __table_args__ = (
        sa.UniqueConstraint("phase_id", "number"),
        sa.Index(
            "uq_core_ranking_adopted",
            "phase_id",
            unique=True,
            sqlite_where=sa.text("state = 'adopted'"),
            postgresql_where=sa.text("state = 'adopted'"),
        ),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    number: Mapped[int]
    state: Mapped[RankingState] = mapped_column(choice(RankingState), default=RankingState.DRAFT)
    criteria: Mapped[dict[str, Any]]
    settings_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_settings_version.id"))
    persons: Mapped[int]
    entries: Mapped[int]
    results_digest: Mapped[str] = mapped_column(sa.String(64))
    digest: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    objections_until: Mapped[datetime | None]
    adopted_at: Mapped[datetime | None]
    made_of: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))


_KEYS = ", ".join(f"key_{number}" for number in range(1, MAX_CRITERIA + 1))


class Standing(Base):
    """A person's place in a ranking: the counted entry and the keys it was ranked by (smaller is better).

    ``entries`` is how many entries the person had in the round; ``tied`` is the number of persons sharing the rank;
    ``tie_place`` orders them where a lot or the jury decided.

    The two keys are not foreign keys: checking them takes longer than ranking. The one statement that writes standings
    takes both from rows that hold them by foreign keys, enrolments are never deleted, and a draft's standings leave
    with it.
    """

    __tablename__ = "core_standing"
    __table_args__ = (
        sa.PrimaryKeyConstraint("ranking_id", "enrolment_id"),
        sa.Index("ix_core_standing_rank", "ranking_id", "rank", "tie_place"),
        # A ranking lies in the order of its key, so that two are compared in one go through both.
        {"sqlite_with_rowid": False},
    )

    ranking_id: Mapped[int]
    enrolment_id: Mapped[int]
    rank: Mapped[int]
    tied: Mapped[int]
    tie_place: Mapped[int | None]
    qualified: Mapped[bool]
    entries: Mapped[int]
    entry_key: Mapped[str] = mapped_column(sa.String(40))
    score: Mapped[int]
    max_score: Mapped[int]
    duration_ms: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    key_1: Mapped[int]
    key_2: Mapped[int]
    key_3: Mapped[int]
    key_4: Mapped[int]
    key_5: Mapped[int]
    key_6: Mapped[int]
    key_7: Mapped[int]
    key_8: Mapped[int]


class DecisionKind(StrEnum):
    """What was decided about an enrolment."""

    EXCLUDE = "exclude"
    RESTORE = "restore"


class Decision(Base):
    """A decision of the jury or the committee about a person's entries, with its reason. Only ever added.

    ``document_id`` is the registered document that it rests on, which a decision in an archived campaign always has.
    """

    __tablename__ = "core_decision"

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    kind: Mapped[DecisionKind] = mapped_column(choice(DecisionKind))
    reason: Mapped[str] = mapped_column(sa.String(400))
    document_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_document.id"))
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    decided_at: Mapped[datetime]


class TieMethod(StrEnum):
    """How a remaining tie was ordered."""

    LOT = "lot"
    JURY = "jury"


class TieDecision(Base):
    """The order of persons who are equal at one rank of a ranking, decided by a recorded lot or by the jury.

    It follows from a lot of the round (``core_lot``), which was drawn once and holds for every version in which the
    same persons are equal; ``seed`` and ``reason`` are copied, so that they are among what is adopted.
    """

    __tablename__ = "core_tie_decision"
    __table_args__ = (sa.UniqueConstraint("ranking_id", "rank"),)

    id: Mapped[PrimaryKey]
    ranking_id: Mapped[int] = mapped_column(sa.ForeignKey("core_ranking.id"))
    rank: Mapped[int]
    method: Mapped[TieMethod] = mapped_column(choice(TieMethod))
    seed: Mapped[str] = mapped_column(sa.String(200), default="")
    reason: Mapped[str] = mapped_column(sa.String(400))
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    decided_at: Mapped[datetime]
    lot_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_lot.id"))


class Confirmation(Base):
    """One person's confirmation of something that two persons adopt, bound to its digest.

    ``subject`` is an owner's kind of thing ("core:ranking", "prizes:award_list").
    """

    __tablename__ = "core_confirmation"
    __table_args__ = (sa.UniqueConstraint("subject", "subject_id", "user_id"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    subject: Mapped[str] = mapped_column(sa.String(80))
    subject_id: Mapped[int]
    digest: Mapped[str] = mapped_column(sa.String(64))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    confirmed_at: Mapped[datetime]
