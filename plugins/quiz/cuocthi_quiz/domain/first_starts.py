"""The first start of a person in a round, which thousands do in the same minute, by three short statements.

``domain/attempts.start`` decides for everybody; here begins who plainly may: it is the first attempt in a round without
a limit over rounds, and nothing was granted. What decides stands in the statement that writes; whoever it does not let
begin goes the usual way, and is told why not.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.campaigns.settings import load_settings
from cuocthi.clock import to_micros
from cuocthi.database import UtcTime
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.standings.admission import admission_of
from cuocthi.timelines.models import Window
from cuocthi.timelines.queries import own
from cuocthi.users.models import User, WebSession
from cuocthi_quiz.domain.attempts import ITEMS_ON, TOKEN_BYTES, drawn_paper
from cuocthi_quiz.domain.deadlines import NEVER, last_day
from cuocthi_quiz.models import Attempt, ExtraTime, Item
from cuocthi_quiz.settings import OWNER, QuizSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase
    from cuocthi_quiz.domain.drawing import Supply

_MINUTE = 60_000_000
#: The columns of a new attempt that do not follow from the window.
_GIVEN = (
    "campaign_id",
    "phase_id",
    "enrolment_id",
    "user_id",
    "address",
    "settings_version_id",
    "minutes",
    "token",
    "asks_prediction",
    "prediction_decimals",
    "prediction_most",
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What all first starts in a round have in common, kept for many of them; ``divisions`` are keys by id."""

    campaign_id: int
    draw_key: str
    round_id: int
    round_key: str
    last_day: date
    divisions: Mapping[int, str]
    settings: QuizSettings
    settings_version_id: int | None
    for_everybody: bool

    def division_of(self, person: Newcomer) -> str:
        """Return the key of the division that somebody is in, or nothing."""
        return self.divisions.get(person.division_id or 0, "")

    @property
    def is_plain(self) -> bool:
        """Whether first starts need not look at other rounds."""
        return self.for_everybody and not self.settings.attempts_in_contest


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who has no attempt in the round yet."""

    enrolment_id: int
    user_id: int
    code: str
    division_id: int | None


def opening_of(ctx: Context, *, campaign: Campaign, round_: Phase) -> Opening:
    """Return what first starts in a round have in common (three statements)."""
    loaded = load_settings(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign, round_=round_)
    divisions = {division.id: division.key for division in campaign.divisions}
    return Opening(
        campaign_id=campaign.id,
        draw_key=campaign.draw_key,
        round_id=round_.id,
        round_key=round_.key,
        last_day=last_day(round_.closes_at),
        divisions=divisions,
        settings=loaded.value,
        settings_version_id=loaded.version_id,
        for_everybody=admission_of(ctx, campaign=campaign, round_=round_).is_open,
    )


def newcomer(connection: sa.Connection, opening: Opening, *, session_hash: str, now: datetime) -> Newcomer | None:
    """Return who comes with a session to begin a first attempt, None for everybody else (one statement).

    Everybody else: who has not signed in, owes a password, is of the demonstration, takes no part, was excluded, has
    begun before, or needs more time.
    """
    values = {
        "session": session_hash,
        "campaign_id": opening.campaign_id,
        "round_id": opening.round_id,
        "now": now,
    }
    row = connection.execute(_newcomer(), values).one_or_none()
    return None if row is None else Newcomer(*row)


@cache
def _newcomer() -> Any:
    session = (
        WebSession.token_hash == sa.bindparam("session"),
        WebSession.revoked_at.is_(None),
        WebSession.expires_at > sa.bindparam("now", type_=UtcTime()),
        User.active,
        ~User.must_change_password,
        ~User.is_demo,
    )
    begun = sa.exists().where(Attempt.phase_id == sa.bindparam("round_id"), Attempt.enrolment_id == Enrolment.id)
    return (
        sa.select(Enrolment.id, Enrolment.user_id, Enrolment.code, Enrolment.division_id)
        .join(User, User.id == Enrolment.user_id)
        .join(WebSession, WebSession.user_id == User.id)
        .where(
            *session,
            Enrolment.campaign_id == sa.bindparam("campaign_id"),
            Enrolment.duplicate_of_id.is_(None),
            Enrolment.state == EnrolmentState.ACTIVE,
            ~begun,
            ~sa.exists().where(ExtraTime.enrolment_id == Enrolment.id),
        )
    )


def begin(
    connection: sa.Connection,
    opening: Opening,
    person: Newcomer,
    *,
    supply: Supply,
    address: str,
    now: datetime,
) -> tuple[int, str] | None:
    """Begin a first attempt and return its id and token, None if it may not begin; ``address`` is where it is begun.

    The paper is drawn from ``supply``, its deadline fixed by the window that is open for the person; whoever closes
    that window waits, or is waited for. Raises Conflict when the bank cannot fill the paper.
    """
    settings = opening.settings
    token = secrets.token_hex(TOKEN_BYTES)
    paper = drawn_paper(
        supply,
        settings,
        draw_key=opening.draw_key,
        round_key=opening.round_key,
        division=opening.division_of(person),
        contest_number=person.code,
        number=1,
    )
    started = to_micros(now)
    values = {
        "campaign_id": opening.campaign_id,
        "phase_id": opening.round_id,
        "enrolment_id": person.enrolment_id,
        "user_id": person.user_id,
        "address": address,
        "settings_version_id": opening.settings_version_id,
        "minutes": settings.minutes,
        "started_at": started,
        "latest": started + settings.minutes * _MINUTE if settings.minutes else NEVER,
        "token": token,
        "asks_prediction": settings.prediction,
        "prediction_decimals": settings.target.decimals,
        "prediction_most": settings.target.most,
    }
    if connection.dialect.name == "postgresql":
        attempt_id = connection.execute(_begin_on_postgresql(), {**values, "paper": paper}).scalars().first()
    else:
        attempt_id = connection.execute(_attempt(sqlite.insert), values).scalar_one_or_none()
        if attempt_id is not None:
            connection.execute(ITEMS_ON["sqlite"], {"attempt": attempt_id, "paper": paper})
    return None if attempt_id is None else (attempt_id, token)


@cache
def _attempt(insert: Any) -> Any:
    """Return the statement that inserts an attempt if a window is open, unless there is one."""
    now, latest = sa.bindparam("started_at", type_=sa.BigInteger), sa.bindparam("latest", type_=sa.BigInteger)
    opens_at, closes_at = (sa.type_coerce(moment, sa.BigInteger) for moment in (Window.opens_at, Window.closes_at))
    table = Attempt.__table__
    columns: dict[str, Any] = {name: sa.bindparam(name, type_=table.c[name].type) for name in _GIVEN}
    columns |= {"number": sa.literal(1), "started_at": now}
    columns["deadline"] = sa.case((latest < closes_at, latest), else_=closes_at)
    begun = (
        sa.select(*columns.values())
        .select_from(Window)
        .join(Enrolment, Enrolment.id == sa.bindparam("enrolment_id"))
        .join(Campaign, Campaign.id == Enrolment.campaign_id)
        .join(User, User.id == Enrolment.user_id)
        .where(
            Window.phase_id == sa.bindparam("phase_id"),
            own(Enrolment.unit_path),
            opens_at <= now,
            now < closes_at,
            Campaign.state == CampaignState.OPEN,
            Enrolment.state == EnrolmentState.ACTIVE,
            Enrolment.duplicate_of_id.is_(None),
            User.id == sa.bindparam("user_id"),
            User.active,
        )
        # Whoever merges accounts holds them: a start waits, and looks again.
        .with_for_update(read=True, of=(Window, User))
    )
    return insert(table).from_select(list(columns), begun).on_conflict_do_nothing().returning(table.c.id)


@cache
def _begin_on_postgresql() -> Any:
    """Return the statement that inserts the attempt and its paper at once."""
    attempt = _attempt(postgresql.insert).cte("attempt")
    paper = sa.func.json_array_elements(sa.cast(sa.bindparam("paper", type_=sa.Text), sa.JSON))
    drawn = paper.table_valued("drawn", with_ordinality="place", name="paper").render_derived()
    parts = (drawn.c.drawn.op("->>")(sa.literal_column(at)) for at in ("0", "1"))
    revision, order = (sa.cast(part, sa.BigInteger) for part in parts)
    items = sa.select(attempt.c.id, drawn.c.place, revision, order, sa.false())
    joined = items.select_from(attempt.join(drawn, sa.true()))
    names = ["attempt_id", "position", "revision_id", "option_order", "flagged"]
    return sa.insert(Item).from_select(names, joined).returning(Item.attempt_id)
