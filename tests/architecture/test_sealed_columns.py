"""Every column that holds an encrypted value says so, for the rotation of keys and for erasing people."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import sqlalchemy as sa

import cuocthi.models
from cuocthi.database import Base
from cuocthi.security.rotation import sealed_columns
from cuocthi_inquiries import models as inquiries
from cuocthi_prizes import models as prizes
from cuocthi_publishing import models as publishing
from cuocthi_quiz import models as quiz

ROOT = Path(__file__).parents[2]
PACKAGES = (ROOT / "platform" / "cuocthi", *sorted((ROOT / "plugins").glob("*/cuocthi_*")))
MODELS = (*cuocthi.models.CORE_MODELS, *quiz.MODELS, *prizes.MODELS, *publishing.MODELS, *inquiries.MODELS)
#: The tables of the tests' own plugins come and go with the tests.
OWNERS = ("core_", "quiz_", "prizes_", "publishing_", "inquiries_")


def test_every_binary_column_is_declared_as_sealed() -> None:
    tables = [Base.metadata.tables[model.__tablename__] for model in MODELS]
    binary = {str(column) for table in tables for column in table.columns if isinstance(column.type, sa.LargeBinary)}
    assert binary - {str(sealed) for sealed in sealed_columns()} == set()


def test_what_a_value_belongs_to_is_made_of_columns_of_its_row() -> None:
    for sealed in sealed_columns():
        assert sealed.needed, sealed
        assert sealed.column not in sealed.needed, sealed


def test_everything_that_is_encrypted_goes_into_a_declared_column() -> None:
    """Each ``belongs_to`` in the code is that of a declared column, with the same words around what differs."""
    declared = [sealed.belongs_to for sealed in sealed_columns()]
    used = {words for package in PACKAGES for path in package.rglob("*.py") for words in _owners(path)}
    assert used, "no value is encrypted any more?"
    assert {words for words in used if not any(re.fullmatch(_pattern(words), text) for text in declared)} == set()


def _owners(path: Path) -> set[str]:
    """Return the texts that begin like the name of a table and are filled in: what values belong to."""
    if "encrypt(" not in path.read_text("utf-8") or path.parts[-2] == "security":
        return set()
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                part.value if isinstance(part, ast.Constant) and isinstance(part.value, str) else "{}"
                for part in node.values
            )
            if text.startswith(OWNERS) and ":" in text:
                found.add(text)
    return found


def _pattern(words: str) -> str:
    return ".+".join(map(re.escape, words.split("{}")))
