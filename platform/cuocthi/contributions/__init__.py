"""What plugins hand to the core: small frozen values, never HTML, never ORM objects of another owner.

Every contribution that is listed with others has a ``key``, unique within its plugin and place, and an ``order``;
lists are sorted by (order, plugin, key). All of them are imported from here; the modules divide them by what they are
about.
"""

from __future__ import annotations

from cuocthi.contributions.acts import Act, Blocker, Duty, Edge, ReadinessItem
from cuocthi.contributions.background import Channel, JobKind, Letter
from cuocthi.contributions.data import CampaignPart, InspectionFile, LogWords, Migrations, SettingsSpec
from cuocthi.contributions.expectations import Distribution, Expected, ExpectedEntries, ExpectedPersons
from cuocthi.contributions.formats import (
    ContestFormat,
    CountedRound,
    Direction,
    Evidence,
    Impact,
    Measure,
    Relief,
    ReliefKind,
    ResultRow,
)
from cuocthi.contributions.pages import EntryAction, Fact, NavGroup, NavItem, Panel, PublicPage
from cuocthi.contributions.personal import Erasure, Person, PersonalData
from cuocthi.contributions.publication import (
    Award,
    AwardList,
    Column,
    Delivery,
    LegalAct,
    PublicationSection,
    PublicationTarget,
    ReportSection,
    ReportTable,
    RuleClause,
)
from cuocthi.contributions.rehearsals import Browser, Participant, RehearsalStep, RehearsedEntry
from cuocthi.contributions.roles import Permission, Role

__all__ = [
    "Act",
    "Award",
    "AwardList",
    "Blocker",
    "Browser",
    "CampaignPart",
    "Channel",
    "Column",
    "ContestFormat",
    "CountedRound",
    "Delivery",
    "Direction",
    "Distribution",
    "Duty",
    "Edge",
    "EntryAction",
    "Erasure",
    "Evidence",
    "Expected",
    "ExpectedEntries",
    "ExpectedPersons",
    "Fact",
    "Impact",
    "InspectionFile",
    "JobKind",
    "LegalAct",
    "Letter",
    "LogWords",
    "Measure",
    "Migrations",
    "NavGroup",
    "NavItem",
    "Panel",
    "Participant",
    "Permission",
    "Person",
    "PersonalData",
    "PublicPage",
    "PublicationSection",
    "PublicationTarget",
    "ReadinessItem",
    "RehearsalStep",
    "RehearsedEntry",
    "Relief",
    "ReliefKind",
    "ReportSection",
    "ReportTable",
    "ResultRow",
    "Role",
    "RuleClause",
    "SettingsSpec",
]
