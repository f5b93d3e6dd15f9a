"""Holds the values of a release against their JSON Schema, formats included."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from cuocthi_publishing.schemas import VERSION, schema

FORMATS = FormatChecker(("date",))


@FORMATS.checks("date-time", raises=ValueError)
def _moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def described() -> dict[str, Any]:
    """The schema of releases made now."""
    found: dict[str, Any] = json.loads(schema(VERSION) or b"")
    return found


VALIDATOR = Draft202012Validator(described(), format_checker=FORMATS)


def complaints(values: object) -> list[str]:
    """What the schema has against the values of a release, with the place of each."""
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(values)]
