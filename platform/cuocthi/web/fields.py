"""Help with WTForms fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms.fields import choices

if TYPE_CHECKING:
    from collections.abc import Iterable


def select_choices(pairs: Iterable[tuple[object, object]]) -> list[Any]:
    """Return (value, label) pairs as the choices of a select, radio or check-box field.

    WTForms 3.3 warns about plain pairs, and its published annotations do not know the class it asks for instead.
    """
    return [choices.SelectChoice(value, label) for value, label in pairs]  # type: ignore[attr-defined]
