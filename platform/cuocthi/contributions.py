"""What plugins hand to the core: small frozen values, never HTML, never ORM objects of another owner.

Every contribution that is listed with others has a ``key``, unique within its plugin and place, and an ``order``;
lists are sorted by (order, plugin, key).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cuocthi.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta
    from pathlib import Path

    from cuocthi.context import Context
    from cuocthi.users.models import ContactKind


# --- at start -------------------------------------------------------------------------------------------------------


class Role(StrEnum):
    """The part a committee plays in a campaign; the committee's title is campaign data.

    Every seat on a coordinating committee is bound to a unit, and its holder sees that unit's people only. Whoever
    sits, or ever sat, on a committee of another role may not take part: the role ``bars``.
    """

    ORGANISING = "organising"
    JURY = "jury"
    SUPPORT = "support"
    OVERSIGHT = "oversight"
    STANDING = "standing"
    TECHNICAL = "technical"
    EDITORIAL = "editorial"
    COORDINATING = "coordinating"

    @property
    def bound_to_unit(self) -> bool:
        """Whether each seat belongs to a unit."""
        return self is Role.COORDINATING

    @property
    def bars(self) -> bool:
        """Whether members may not take part in the contest."""
        return self is not Role.COORDINATING


@dataclass(frozen=True, slots=True)
class Permission:
    """An act that needs a permission.

    ``name`` is ``owner:object:action``; ``roles`` are the committees that hold it. Nobody else does. ``reveals`` says
    that its pages show what nobody who takes part may know (questions, keys): only roles whose members are barred may
    hold it, and each of its pages is put on record or says that it reveals nothing. ``lasts`` says that those who
    answer for a campaign afterwards keep it when the campaign is archived; all else ends then.
    """

    name: str
    title: Text
    roles: frozenset[Role]
    reveals: bool = False
    lasts: bool = False


@dataclass(frozen=True, slots=True)
class Migrations:
    """Where an owner's Alembic revisions stand: a folder of version files."""

    versions: Path


@dataclass(frozen=True, slots=True)
class SettingsSpec:
    """An owner's settings.

    ``schema`` is a frozen dataclass whose field defaults are the defaults and whose ``__post_init__`` raises
    ``cuocthi.campaigns.settings.SettingsError``; ``form`` is the WTForms class that edits it on the settings page,
    with ``from_settings(settings)`` to fill it and ``to_settings()`` to read it back; ``per_round`` says whether a
    round may have values of its own.
    """

    schema: type[Any]
    form: Callable[[], type[Any]]
    title: Text
    per_round: bool = False
    order: int = 50


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of background work.

    ``run(ctx, arguments, progress)`` does it, calling ``progress(done, total)`` now and then, and returns a small
    JSON-able result, whose values ``results`` names for whoever asked for the work. It must be idempotent: after a
    crash it runs again. With ``every`` the worker starts it by itself in that rhythm.
    """

    name: str
    title: Text
    run: Callable[[Context, Mapping[str, Any], Callable[[int, int], None]], Mapping[str, Any]]
    every: timedelta | None = None
    results: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way to one person, in that person's language.

    ``key`` is the same whenever the same message is handed over, so that a service that has it already can tell;
    ``address`` is a phone number in E.164 or an e-mail address. ``unsubscribe`` is set on news to many: the web address
    to which one POST ends it for this reader (RFC 8058), for mail to carry in its head.
    """

    key: str
    address: str
    subject: str
    body: str
    written_at: datetime
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to bring letters to people: mail, or an SMS gateway.

    ``name`` is ``<plugin>.<what>``; ``reaches`` is the kind of contact it serves. ``open()`` gives a context manager
    over one connection, whose value takes one letter after the other, and returns once the letter is handed over. It
    raises ``cuocthi.errors.Undeliverable`` for a letter that can never arrive; after any other exception the letter is
    tried again later.
    """

    name: str
    title: Text
    reaches: ContactKind
    open: Callable[[], AbstractContextManager[Callable[[Letter], None]]]


class Direction(StrEnum):
    """Which values of a measure are better."""

    HIGHEST = "highest"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True)
class Measure:
    """An integer that a contest format reports for each entry, for use as a ranking criterion.

    ``unit`` is how to show it: ``points`` (thousandths of a point), ``ms`` (milliseconds), ``moment`` (microseconds
    since 1970), ``count`` or ``flag``. A missing value always ranks last.
    """

    key: str
    title: Text
    unit: str
    direction: Direction


class ReliefKind(StrEnum):
    """What an incident grants: more minutes on an open entry, or a fresh entry instead of one that is set aside."""

    MORE_TIME = "more_time"
    FRESH_ENTRY = "fresh_entry"


@dataclass(frozen=True, slots=True)
class Relief:
    """What two persons have granted to entries of a round after an incident.

    ``minutes`` are more on an open entry (0 for a fresh one). ``until`` is the moment at which everything granted ends;
    it may lie after the round's end, and for these entries the round is open until then. ``reason`` is why an entry is
    set aside, as people read it. ``during`` is the span in which entries have to have been open, None if any is meant.
    """

    kind: ReliefKind
    until: datetime
    reason: str
    minutes: int = 0
    during: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class ContestFormat:
    """A way to hold a round: the quiz, an estimate, later essays or photos.

    ``source`` is the plugin's name; ``measures`` are those it reports beyond the core's own (score, full marks,
    duration, start and finish). ``relief`` is what it can grant to entries after an incident; a format that can grant
    something implements ``relief_reaches`` and ``grant_relief``.
    """

    source: str
    title: Text
    measures: Sequence[Measure] = ()
    relief: frozenset[ReliefKind] = frozenset()


@dataclass(frozen=True, slots=True)
class LogWords:
    """What the audit log calls that which a plugin puts on record.

    ``kinds`` are titles by ``object_kind``; ``fields`` by name in ``before`` and ``after``, where the core has no word
    of its own for them.
    """

    kinds: Mapping[str, Text]
    fields: Mapping[str, Text] = field(default_factory=dict)


# --- in a campaign --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link in the staff navigation of a campaign; shown to holders of ``permission``."""

    key: str
    title: Text
    url: str
    permission: str
    order: int = 50
    badge: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """A short figure with its words for the head of the campaign's page ("20 questions", "and one prediction")."""

    key: str
    value: Text
    label: Text
    order: int = 50


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page.

    Inline: ``template`` (in the plugin's own folder) with ``values``. Lazy: ``url`` alone, fetched after the page,
    with a link as fallback; a failing lazy panel fails alone.
    """

    key: str
    title: Text
    template: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class EntryAction:
    """What one enrolled person can do in a round now: start, go on, see the result, or why nothing.

    Without ``url`` it is a statement (``detail`` says why). ``primary`` marks the one big button.
    """

    key: str
    round_id: int
    title: Text
    detail: Text | None = None
    url: str = ""
    primary: bool = False
    order: int = 50


class Act(StrEnum):
    """Acts of people that gates may refuse. The clock is never gated."""

    OPEN_CAMPAIGN = "open_campaign"
    ADOPT_RANKING = "adopt_ranking"
    ADOPT_AWARDS = "adopt_awards"
    PUBLISH = "publish"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Blocker:
    """A reason why an act is refused, with the place where it can be mended."""

    key: str
    reason: Text
    url: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class ReadinessItem:
    """Something to be done before a campaign opens; an undone ``required`` item refuses the opening."""

    key: str
    title: Text
    done: bool
    detail: Text | None = None
    url: str = ""
    required: bool = True
    order: int = 50


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that somebody on a committee has to do next in a campaign.

    Whoever holds ``permission`` may do it; ``committee`` is the key of the one committee, and ``user_id`` the one
    person, to whom it was given, where it was. ``late`` marks what is overdue, ``url`` is where it is done.
    """

    key: str
    campaign_id: int
    title: Text
    permission: str
    detail: Text | None = None
    url: str = ""
    committee: str = ""
    user_id: int | None = None
    late: bool = False
    order: int = 50


class Edge(StrEnum):
    """The two edges of a phase."""

    OPENED = "opened"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RuleClause:
    """A clause of the Thể lệ that follows from settings, in the campaign's language, as Markdown."""

    key: str
    heading: str
    body: str
    order: int = 50


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something a format or another plugin knows about an entry that the jury should see before adopting."""

    key: str
    enrolment_id: int
    note: Text
    order: int = 50


@dataclass(frozen=True, slots=True)
class Award:
    """One award of an adopted list; ``recipient`` is whole, and published by the publisher's rules.

    With ``enrolment_id`` it is a person, who may have to stand without a name; with ``unit_id`` alone a unit.
    """

    tier: str
    title: str
    value: int
    recipient: str
    unit: str
    enrolment_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class AwardList:
    """An adopted list of awards in ceremony order, with its digest and the moment of adoption."""

    key: str
    title: str
    awards: Sequence[Award]
    digest: str
    adopted_at: datetime
    total_value: int
    order: int = 50


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a published table.

    ``kind`` is text, person, unit, integer, money, points, ms or moment. A person stands there by the id of the
    enrolment: the publisher knows under which name, if any, that person may be shown.
    """

    key: str
    title: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class PublicationSection:
    """A section of a publication: prose, a table, a chart. The one set of data behind every output.

    ``columns`` and ``rows`` make the table, the CSV and the JSON; ``chart`` ("bar" or "") draws the first text
    column against the first number column. ``page`` is where it stands: "statistics", which the campaign's settings
    may leave out, or "documents", beside what there is to read.
    """

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str | int | None]]
    note: str = ""
    chart: str = ""
    order: int = 50
    page: str = "statistics"


@dataclass(frozen=True, slots=True)
class CampaignPart:
    """A plugin's part of a campaign file: a TOML-able table and further files by relative name."""

    values: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody about whom data is stored in a campaign; ``enrolment_id`` is None for who does not take part."""

    user_id: int
    enrolment_id: int | None


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What is stored about one person under one heading, for that person to read: ``rows`` below ``columns``.

    ``kept`` says why it stays when everything else of the person is erased; without it, it goes. ``files`` go along by
    their names when the person takes the data away.
    """

    key: str
    title: Text
    columns: Sequence[Text]
    rows: Sequence[Sequence[str | int | datetime | Text | None]]
    kept: Text | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    order: int = 50


class Erasure(StrEnum):
    """Why people are erased: at their own wish, because a campaign's time is over, or that of its award records."""

    WITHDRAWAL = "withdrawal"
    RETENTION = "retention"
    RECORDS = "records"


@dataclass(frozen=True, slots=True)
class Participant:
    """A synthetic participant of a rehearsal: an enrolment with a plausible nature.

    ``skill`` and ``speed`` are in 0..1; ``starts_at`` is when this person opens the round; ``seed`` makes every
    choice of this person reproducible whatever the order in which people are simulated.
    """

    enrolment_id: int
    user_id: int
    skill: float
    speed: float
    starts_at: datetime
    seed: str


@dataclass(frozen=True, slots=True)
class Browser:
    """A signed-in participant's HTTP client in a rehearsal through the real web interface.

    ``get(path)`` and ``post(path, fields)`` follow redirects and return (status, body); ``post`` adds the CSRF token.
    """

    get: Callable[[str], tuple[int, str]]
    post: Callable[[str, Mapping[str, str | list[str]]], tuple[int, str]]


@dataclass(frozen=True, slots=True)
class RehearsedEntry:
    """How a format lets a synthetic participant take part in one of its rounds.

    ``take(ctx_at, participant, round_id)`` uses the domain functions: ``ctx_at(moment)`` gives a context at a
    moment and commits the previous one. ``browse(browser, participant, campaign_slug, round_id)`` does the same
    through the pages. Both return the number of answers that the system acknowledged.
    """

    source: str
    take: Callable[[Callable[[datetime], Context], Participant, int], int]
    browse: Callable[[Browser, Participant, str, int], int]


@dataclass(frozen=True, slots=True)
class RehearsalStep:
    """What a plugin does in a rehearsal after the ranking was adopted (allocate prizes, publish), in order.

    ``run(ctx, campaign_id, staff_ids)`` returns lines to report; ``staff_ids`` are two different committee members.
    """

    key: str
    title: Text
    run: Callable[[Context, int, tuple[int, int]], Sequence[tuple[str, str]]]
    order: int = 50


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One result that a contest format posts for one entry of an enrolment in a round.

    Arguments: ``score`` and ``max_score`` in thousandths of a point; ``started_at`` and ``finished_at`` as moments;
    ``duration_ms`` in milliseconds; ``measures`` the format's own integers by key (a missing one is left out).
    """

    enrolment_id: int
    entry_key: str
    score: int
    max_score: int
    duration_ms: int
    started_at: datetime
    finished_at: datetime
    measures: Mapping[str, int] = field(default_factory=dict)
