"""What a plugin says of itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.errors import ContractError

if TYPE_CHECKING:
    from cuocthi.text import Text

#: The version of the plugin contract that this core offers.
PLATFORM_VERSION = (1, 0)

_NAME = re.compile(r"[a-z]+")
_RESERVED = frozenset({"core", "cuocthi", "staff", "static", "platform"})


@dataclass(frozen=True, slots=True)
class PluginInfo:
    """A plugin's identity; the module-level ``info`` of a plugin module.

    ``name`` ([a-z]+) prefixes its tables, templates, permissions, settings and routes. ``provides`` and ``requires``
    are capabilities ("results", "awards"), never names of plugins; ``requires`` is checked per campaign.
    ``platform`` is the major version of the contract it was written for. ``catalogue`` is the folder with its
    translations (domain = name), if it has any.
    """

    name: str
    title: Text
    version: str
    provides: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    platform: int = 1
    catalogue: str = ""

    def check(self) -> None:
        """Raise ContractError if the name is not allowed or the platform's version does not fit."""
        if not _NAME.fullmatch(self.name) or self.name in _RESERVED:
            msg = f"plugin name {self.name!r} must match [a-z]+ and not be one of {sorted(_RESERVED)}"
            raise ContractError(msg)
        if self.platform != PLATFORM_VERSION[0]:
            msg = f"plugin {self.name!r} was written for contract {self.platform}, this is {PLATFORM_VERSION[0]}"
            raise ContractError(msg)
