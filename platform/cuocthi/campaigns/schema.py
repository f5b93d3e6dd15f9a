"""The form of ``campaign.toml``; the field names are the file's words, their defaults what may be left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cuocthi.campaigns.domain import Basics
from cuocthi.campaigns.entrants import EntrantRules, check_ages
from cuocthi.campaigns.settings import SettingsError
from cuocthi.contributions import Edge, Role
from cuocthi.documents.models import DocumentKind
from cuocthi.news.models import Audience
from cuocthi.personal.settings import Retention
from cuocthi.rules.prose import RulesProse
from cuocthi.text import T
from cuocthi.timelines.models import PhaseKind

#: The version of the form written in every file.
FORMAT = 1
#: The sub-folder with the files of documents.
DOCUMENTS = "documents"
#: What :func:`cuocthi.documents.domain.register_document` makes, and people write by hand.
_KEY = re.compile(r"[0-9a-z][0-9a-z._-]{0,59}", re.ASCII)


@dataclass(frozen=True, slots=True)
class DivisionPart:
    """A part of the entrants that competes by itself; the ages count on the day that ``entrants`` names."""

    key: str
    name: str
    min_age: int | None = None
    max_age: int | None = None

    def __post_init__(self) -> None:
        """Raise SettingsError for ages that nobody can have."""
        check_ages(self.min_age, self.max_age)


@dataclass(frozen=True, slots=True)
class WindowPart:
    """A span in local time, written "2024-10-05 17:00"; "24:00" is the end of the day.

    ``unit`` is the code of the unit for whose people alone, with all below it, a round is open then.
    """

    opens: str
    closes: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class PhasePart:
    """A phase; those of kind ``contest`` have a ``number`` and the ``source`` that holds the round."""

    key: str
    kind: PhaseKind
    title: str
    windows: list[WindowPart]
    description: str = ""
    number: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class CommitteePart:
    """A committee; its members are people and never stand in a file."""

    key: str
    role: Role
    title: str
    decision: str = ""
    sees_names: bool = False


@dataclass(frozen=True, slots=True)
class FilePart:
    """A document's file: where it lies in the campaign's folder, and what it is called when it is handed out.

    Without a ``name`` it is called as it lies there; without ``sha256``, the digest of its content, any is taken.
    """

    path: str
    name: str = ""
    sha256: str = ""

    def __post_init__(self) -> None:
        """Raise SettingsError for what does not lie among the files of documents."""
        if not self.path.startswith(f"{DOCUMENTS}/"):
            raise SettingsError(T("the path must begin with “%(folder)s/”", folder=DOCUMENTS), field="path")


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A document of the register; ``replaces`` is another one's key, ``authority`` the line above the signature."""

    key: str
    kind: DocumentKind
    title: str
    symbol: str = ""
    issuer: str = ""
    issued_on: date | None = None
    url: str = ""
    public: bool = True
    replaces: str = ""
    file: FilePart | None = None
    authority: str = ""
    office: str = ""
    signatory: str = ""

    def __post_init__(self) -> None:
        """Raise SettingsError for a key that cannot be the name of a file."""
        if not _KEY.fullmatch(self.key):
            raise SettingsError(T("a key has only lower-case letters, digits, hyphens and dots"), field="key")


@dataclass(frozen=True, slots=True)
class HeadcountsPart:
    """Where the numbers in ``units.csv`` come from, and the day they stand for."""

    source: str = ""
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class TaskPart:
    """A task; its day lies ``days`` after the ``edge`` of the ``phase`` with this key, before it if negative.

    ``committee`` is the key of the committee that has it; which of its members does is nobody's business elsewhere.
    """

    title: str
    phase: str
    edge: Edge = Edge.CLOSED
    days: int = 0
    committee: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class AnnouncementPart:
    """An announcement that goes out at ``clock`` on the day that lies ``days`` after the ``edge`` of a ``phase``.

    ``body`` is Markdown; ``unit`` is the code of the unit to which it is narrowed, ``public`` shows it among the news.
    """

    subject: str
    body: str
    phase: str
    edge: Edge = Edge.CLOSED
    days: int = 0
    clock: str = "08:00"
    audience: Audience = Audience.ENROLLED
    unit: str = ""
    public: bool = False


@dataclass(frozen=True, slots=True)
class PrerequisitePart:
    """An administrative condition; a ``required`` one has to be met before the campaign opens."""

    title: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class CampaignFile:
    """The core's part of a campaign file; further tables belong to the plugins they are named after.

    Without ``prerequisites`` the campaign begins with those that every new one has. ``rounds`` says by the key of a
    round what it has of its own (:mod:`cuocthi.campaigns.round_settings`).
    """

    format: int
    slug: str
    campaign: Basics
    plugins: list[str] = field(default_factory=list)
    categories: dict[str, str] = field(default_factory=dict)
    entrants: EntrantRules = field(default_factory=EntrantRules)
    divisions: list[DivisionPart] = field(default_factory=list)
    phases: list[PhasePart] = field(default_factory=list)
    committees: list[CommitteePart] = field(default_factory=list)
    documents: list[DocumentPart] = field(default_factory=list)
    headcounts: HeadcountsPart = field(default_factory=HeadcountsPart)
    tasks: list[TaskPart] = field(default_factory=list)
    announcements: list[AnnouncementPart] = field(default_factory=list)
    prerequisites: list[PrerequisitePart] | None = None
    rounds: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    retention: Retention = field(default_factory=Retention)
    rules: RulesProse = field(default_factory=RulesProse)
