"""What of a campaign goes out by default: winners and figures, and nobody else's name unless somebody chooses it."""

from __future__ import annotations

from dataclasses import dataclass, fields

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T

OWNER = "publishing"

#: More places than any contest has.
MAX_DEPTH = 1_000_000


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of which a publication can consist.

    ``depth`` is how many places of each round's ranking are published, 0 for winners only; with ``everybody`` it is
    the whole ranking, whatever ``depth`` says. Only winners are named in full, unless ``full_names`` says so of all who
    stand on what is published of a ranking. No release goes further than the issued rules say. ``units`` are the
    figures of the units; ``statistics`` are the figures of the campaign and what plugins contribute. ``comparison``:
    beside those of an earlier campaign, the one that is held again or the one that ``compared_with`` names by its
    address. ``notices`` are extensions, and what was granted after incidents.
    """

    awards: bool = True
    depth: int = 0
    everybody: bool = False
    full_names: bool = False
    units: bool = True
    statistics: bool = True
    comparison: bool = True
    compared_with: str = ""
    documents: bool = True
    news: bool = True
    notices: bool = True


#: What the parts are called, in their order.
PARTS = tuple(field.name for field in fields(Parts))


@dataclass(frozen=True, slots=True)
class PublishSettings(Parts):
    """The parts of a publication, from which those of each release are chosen."""

    def __post_init__(self) -> None:
        """Raise SettingsError for a depth out of bounds, or if nothing at all would go out."""
        if not 0 <= self.depth <= MAX_DEPTH:
            raise SettingsError(
                T("Enter a whole number from %(least)s to %(most)s.", least=0, most=MAX_DEPTH), field="depth"
            )
        if not (self.awards or self.depth or self.everybody or self.units or self.statistics):
            raise SettingsError(T("Choose at least one section to publish."), field="awards")
