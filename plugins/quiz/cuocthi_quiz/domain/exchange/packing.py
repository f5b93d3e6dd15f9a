"""What a file says as plain values: from the process that reads it, and while it waits to be taken over."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.settings import structure, unstructure
from cuocthi.text import pack, unpack
from cuocthi_quiz.domain.exchange.drafts import Content, Draft, Problem
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.models import Difficulty, QuestionType

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN = tuple(item.name for item in fields(Draft) if item.type == "str")


def packed(content: Content) -> dict[str, Any]:
    """Return what a file says as values that JSON can hold."""
    return {
        "drafts": [_packed(draft) for draft in content.drafts],
        "problems": [[pack(one.place), pack(one.text), one.alone] for one in content.problems],
        "pictures": {key: b64encode(picture).decode() for key, picture in content.pictures.items()},
        "notes": [pack(note) for note in content.notes],
    }


def unpacked(values: Mapping[str, Any]) -> Content:
    """Return what :func:`packed` has packed."""
    problems = [Problem(unpack(place), unpack(text), *alone) for place, text, *alone in values["problems"]]
    pictures = {key: b64decode(picture) for key, picture in values["pictures"].items()}
    notes = [unpack(note) for note in values.get("notes", ())]
    return Content([_unpacked(draft) for draft in values["drafts"]], problems, pictures, notes)


def _packed(draft: Draft) -> dict[str, Any]:
    return {
        **{name: getattr(draft, name) for name in _PLAIN},
        "place": pack(draft.place),
        "type": str(draft.type),
        "body": unstructure(draft.body),
        "difficulty": draft.difficulty,
        "true_as_of": draft.true_as_of.isoformat() if draft.true_as_of else None,
        "tags": list(draft.tags),
        "for_practice": draft.for_practice,
        "notes": [pack(note) for note in draft.notes],
    }


def _unpacked(values: Mapping[str, Any]) -> Draft:
    type_, day = QuestionType(values["type"]), values["true_as_of"]
    return Draft(
        **{name: values[name] for name in _PLAIN},
        place=unpack(values["place"]),
        type=type_,
        body=structure(KINDS[type_].body, values["body"]),
        difficulty=Difficulty(values["difficulty"]) if values["difficulty"] else None,
        true_as_of=date.fromisoformat(day) if day else None,
        tags=tuple(values["tags"]),
        for_practice=values["for_practice"],
        notes=tuple(unpack(note) for note in values["notes"]),
    )
