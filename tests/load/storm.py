"""The deadline: everybody saves at the same moment, each on a connection of their own."""

from __future__ import annotations

from collections.abc import Sequence

from tests.load.browsing import Client, Somebody
from tests.load.measuring import Figures
from tests.load.operations import ANSWERED, save_answer

CONNECTIONS = 256


#: How often each of them saves.
TURNS = 4


def storm(address: str, people: Sequence[Somebody]) -> Figures:
    """Let ``CONNECTIONS`` browsers save answers at once, each a few times; an error ends it.

    People have several browsers open, but no two of them answer the same question at the same moment: that would
    measure what becomes of an answer that is saved already.
    """
    browsers = [
        Somebody(Client(address, person.client.cookie), person.contact, person.token, person.paper)
        for number in range(CONNECTIONS)
        for person in [people[number % len(people)]]
    ]
    asked = [
        (browser, number // len(people) % ANSWERED + 1, 1_000 + turn)
        for turn in range(TURNS)
        for number, browser in enumerate(browsers)
    ]
    found = Figures()
    found.measure(asked, lambda item: save_answer(*item), at_once=CONNECTIONS)
    return found
