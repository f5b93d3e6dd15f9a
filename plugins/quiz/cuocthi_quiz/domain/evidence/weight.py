"""How much a finding weighs."""

from __future__ import annotations

from enum import StrEnum


class Weight(StrEnum):
    """How much a finding weighs by itself. None of them is a proof."""

    NONE = "none"
    LITTLE = "little"
    SOME = "some"
    MUCH = "much"
