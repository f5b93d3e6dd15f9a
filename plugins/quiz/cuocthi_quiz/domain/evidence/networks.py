"""From which network a paper was begun: with IPv6 every device of a household or office has an address of its own."""

from __future__ import annotations

from collections import defaultdict
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Of an IPv6 address the first 64 bits are the network's (RFC 4291, 2.5.4): four groups of its text.
_NETWORK_BITS, _GROUPS = 64, 4
#: The first two groups are those of a provider, never nothing but noughts.
_OF_A_PROVIDER = 2


def network_of(address: str) -> str:
    """Return the network of an IPv6 address; any other address stands for itself."""
    found = _ipv6(address)
    return str(ip_network((found, _NETWORK_BITS), strict=False)) if found else address


def in_network_of(column: sa.SQLColumnExpression[str], *addresses: str) -> sa.ColumnElement[bool]:
    """Return the condition that an address, in its canonical text, is of the network of one of these; "" is of none."""
    whole = {address for address in addresses if address and _ipv6(address) is None}
    beginnings: defaultdict[int, set[str]] = defaultdict(set)
    for found in filter(None, map(_ipv6, addresses)):
        for beginning in _beginnings(found):
            beginnings[len(beginning)].add(beginning)
    return sa.or_(
        column.in_(whole),
        *(sa.func.substr(column, 1, length).in_(texts) for length, texts in sorted(beginnings.items())),
    )


def _beginnings(address: IPv6Address) -> Iterator[str]:
    """Yield how the canonical texts of all addresses of a network begin."""
    groups = [f"{int(group, 16):x}" for group in address.exploded.split(":")[:_GROUPS]]
    yield ":".join(groups) + ":"
    # A run of noughts may be left out of the text from within the network's own groups on.
    while len(groups) > _OF_A_PROVIDER and groups[-1] == "0":
        groups.pop()
        yield ":".join(groups) + "::"


def _ipv6(address: str) -> IPv6Address | None:
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return found if isinstance(found, IPv6Address) and found.ipv4_mapped is None else None
