"""What a plugin keeps: its tables, its settings, its words in the audit log, its part of a campaign file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from cuocthi.text import Text


@dataclass(frozen=True, slots=True)
class Migrations:
    """Where an owner's Alembic revisions stand: a folder of version files."""

    versions: Path


@dataclass(frozen=True, slots=True)
class SettingsSpec:
    """An owner's settings.

    ``schema`` is a frozen dataclass whose field defaults are the defaults and whose ``__post_init__`` raises
    ``cuocthi.campaigns.settings.SettingsError``; ``form`` is the WTForms class that edits it on the settings page,
    with ``from_settings(settings)`` to fill it and ``to_settings()`` to read it back, and, where there is something to
    choose from, ``offer_rounds(rounds)``, ``offer_divisions(divisions)`` and ``change_rows(act)`` for rows that are
    added and removed; ``per_round`` says whether a round may have values of its own, which the page and campaign files
    (``[rounds.<key>.<plugin>]``) then set.
    """

    schema: type[Any]
    form: Callable[[], type[Any]]
    title: Text
    per_round: bool = False
    order: int = 50


@dataclass(frozen=True, slots=True)
class LogWords:
    """What the audit log calls that which a plugin puts on record.

    ``kinds`` are titles by ``object_kind``; ``fields`` by name in ``before`` and ``after``, where the core has no word
    of its own for them.
    """

    kinds: Mapping[str, Text]
    fields: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InspectionFile:
    """A file from which somebody else can compute again what was decided, without this program.

    ``name`` is that of the file in the archive ([a-z0-9-], with its ending). ``lines`` are pieces of its text, taken
    once and in order. People stand there by their contest numbers, never by name.
    """

    name: str
    lines: Iterable[str]


@dataclass(frozen=True, slots=True)
class CampaignPart:
    """A plugin's part of a campaign file: a TOML-able table and further files by relative name."""

    values: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)
