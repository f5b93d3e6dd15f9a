"""Who may do what: the parts that committees play, and the acts that need a permission."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cuocthi.text import Text


class Role(StrEnum):
    """The part a committee plays in a campaign; the committee's title is campaign data.

    Every seat on a coordinating committee is bound to a unit, and its holder sees that unit's people only. Whoever
    sits, or ever sat, on a committee of another role may not take part: the role ``bars``.
    """

    ORGANISING = "organising"
    JURY = "jury"
    SUPPORT = "support"
    OVERSIGHT = "oversight"
    STANDING = "standing"
    TECHNICAL = "technical"
    EDITORIAL = "editorial"
    COORDINATING = "coordinating"

    @property
    def bound_to_unit(self) -> bool:
        """Whether each seat belongs to a unit."""
        return self is Role.COORDINATING

    @property
    def bars(self) -> bool:
        """Whether members may not take part in the contest."""
        return self is not Role.COORDINATING


@dataclass(frozen=True, slots=True)
class Permission:
    """An act that needs a permission.

    ``name`` is ``owner:object:action``; ``roles`` are the committees that hold it. Nobody else does. ``reveals`` says
    that its pages show what nobody who takes part may know (questions, keys): only roles whose members are barred may
    hold it, and each of its pages is put on record or says that it reveals nothing. ``lasts`` says that those who
    answer for a campaign afterwards keep it when the campaign is archived; all else ends then.
    """

    name: str
    title: Text
    roles: frozenset[Role]
    reveals: bool = False
    lasts: bool = False
