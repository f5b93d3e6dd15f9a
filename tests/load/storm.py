"""The deadline: everybody saves at the same moment, each on a connection of their own."""

from __future__ import annotations

from collections.abc import Sequence

from tests.load.browsing import Client, Somebody
from tests.load.measuring import Figures
from tests.load.operations import save_answer, saves

CONNECTIONS = 256


def storm(address: str, people: Sequence[Somebody]) -> Figures:
    """Let ``CONNECTIONS`` browsers save answers at once, as many rounds as there are questions; an error ends it."""
    open_at = [
        Somebody(Client(address, person.client.cookie), person.contact, person.token, person.paper)
        for number in range(CONNECTIONS)
        for person in [people[number % len(people)]]
    ]
    asked = [
        (somebody, position, 1_000 + turn)
        for turn, (_, position) in enumerate(saves(people[:1])[:4])
        for somebody in open_at
    ]
    found = Figures()
    found.measure(asked, lambda item: save_answer(*item), at_once=CONNECTIONS)
    return found
