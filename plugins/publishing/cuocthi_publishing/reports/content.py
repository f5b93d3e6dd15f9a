"""What a paper says, as plain values: both outputs, DOCX and PDF, are made from these and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cells:
    """A table as it is written: ``columns`` are (title, alignment, share of the width), ``total`` the last row."""

    columns: Sequence[tuple[str, str, int]]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the text.

    ``kind`` is "part" (numbered in Roman numerals), "point" (numbered within a part), "text", "item" (with a dash),
    "basis" (italic: what a decision rests on), "article" (with its ``lead``, "Điều 1."), "middle" (centred and bold),
    "caption" (of a table) or "table".
    """

    kind: str
    text: str = ""
    lead: str = ""
    table: Cells | None = None


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex: its number, what it is, with which paper it goes, and its text."""

    number: str
    title: str
    note: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signs at one place: the lines above the signature, and the name below it."""

    lines: Sequence[str]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper with all its parts; what is empty does not appear.

    ``competence`` is who decides, above the bases of a decision; ``second`` signs on the left (minutes).
    """

    kind: str
    superior: str
    issuer: str
    number: str
    place_and_date: str
    title: str
    subject: str
    blocks: Sequence[Block]
    signature: Signed
    recipients: Sequence[str]
    addressee: str = ""
    competence: str = ""
    second: Signed | None = None
    annexes: Sequence[Annex] = ()

    def as_data(self) -> dict[str, Any]:
        """Return the paper as values for templates and for JSON."""
        return asdict(self)


def tables_of(paper: Paper) -> list[Cells]:
    """Return all tables of a paper in their order, those of its annexes last."""
    blocks = [*paper.blocks, *(block for annex in paper.annexes for block in annex.blocks)]
    return [block.table for block in blocks if block.table is not None]
