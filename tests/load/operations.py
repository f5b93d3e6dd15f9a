"""What thousands do, one after the other as they do it, each beside the floor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from tests.load.browsing import Client, Somebody
from tests.load.measuring import Figures, Measured, beside
from tests.load.scenery import PASSWORD, Contest

_PAPER = re.compile(r"/quiz/paper/(\d+)/([0-9a-f]+)/")
#: How often a page that costs nearly nothing is asked for, and one that is made anew each time.
_OFTEN, _SOMETIMES = 600, 90
#: The questions to which answers are saved; each has at least two options.
ANSWERED = 15

Floor = Callable[[Figures], None]


def warm_up(contest: Contest, people: Sequence[Somebody], floor: Floor) -> None:
    """Do everything once that people who have signed in do, with nobody looking at how long it takes."""
    list(start(contest, people, floor))
    paper_page(people, floor)
    save("", people, floor, sequence=1)
    list(hand_in(people, floor))


def campaign_page(address: str, slug: str, floor: Floor) -> Iterator[Measured]:
    """Ask for the campaign's page without a cookie."""
    yield from _public_page("campaign page", address, f"/c/{slug}/", floor)


def leaderboard(address: str, contest: Contest, number: int, floor: Floor) -> Iterator[Measured]:
    """Ask for the leaderboard of ``number`` people without a cookie."""
    path = f"/c/{contest.slug}/rankings/{contest.round_id}/"
    yield from _public_page(f"leaderboard of {number:,}", address, path, floor)


def _public_page(title: str, address: str, path: str, floor: Floor) -> Iterator[Measured]:
    clients = [Client(address) for _ in range(16)]
    for client in clients[:4]:
        tag = client.get(path).headers["Etag"]

    def ask(times: int, way: Callable[[Client], object], what: str) -> Measured:
        items = [clients[number % len(clients)] for number in range(times)]
        return beside(f"{title}, {what}", items, way, floor)

    # Only for htmx it is made each time.
    yield ask(_SOMETIMES, lambda client: client.get(path, HX_Request="true"), "made anew")
    yield ask(_OFTEN, lambda client: client.get(path, Accept_Encoding="gzip"), "whole from memory")
    # The page is the same for a minute; a browser that comes with an older one is sent the newer one.
    yield ask(_OFTEN, lambda client: client.ask("GET", path, If_None_Match=tag, Accept_Encoding="gzip"), "unchanged")


def sign_in(address: str, people: Sequence[Somebody], floor: Floor) -> Measured:
    """Sign people in by contact and password, from browsers of their own."""
    fresh = [Somebody(Client(address), person.contact) for person in people]
    for person in fresh:
        person.look("/sign-in")
    return beside(
        "sign in", fresh, lambda person: person.send("/sign-in", contact=person.contact, password=PASSWORD), floor
    )


def start(contest: Contest, people: Sequence[Somebody], floor: Floor) -> Iterator[Measured]:
    """Look at what awaits one, and have a paper drawn."""
    entrance = f"/c/{contest.slug}/quiz/round/{contest.round_id}/"

    def begin(person: Somebody) -> None:
        location = person.send(f"{entrance}start").headers["Location"]
        person.paper = f"/c/{contest.slug}{_PAPER.search(location)[0]}"  # type: ignore[index]

    yield beside("entrance", people, lambda person: person.look(entrance), floor)
    yield beside("start", people, begin, floor)


def paper_page(people: Sequence[Somebody], floor: Floor) -> Measured:
    """Turn the pages of a paper."""
    asked = [(person, position) for position in range(1, 4) for person in people]
    return beside("paper page", asked, lambda pair: pair[0].look(f"{pair[0].paper}{pair[1]}"), floor)


def save(title: str, people: Sequence[Somebody], floor: Floor, *, sequence: int) -> Measured:
    """Answer questions, one request for each answer."""
    for person in people:
        person.look(f"{person.paper}1")
    return beside(title, saves(people), lambda pair: save_answer(*pair, sequence), floor)


def saves(people: Sequence[Somebody]) -> list[tuple[Somebody, int]]:
    """Return who answers which question, in the order in which they do."""
    return [(person, position) for position in range(1, ANSWERED + 1) for person in people]


def save_answer(person: Somebody, position: int, sequence: int) -> None:
    """Have an answer saved; raise if it was not."""
    fields = {"position": str(position), "choice": "0", "sequence": str(sequence)}
    answer = person.send(f"{person.paper}answer", 200, "application/json", **fields)
    if b'"saved"' not in answer.body:
        message = f"an answer was not saved: {answer.text[:200]}"
        raise RuntimeError(message)


def hand_in(people: Sequence[Somebody], floor: Floor) -> Iterator[Measured]:
    """Hand papers in, which scores them, and look at what came of it."""
    yield beside("hand in and score", people, lambda person: person.send(f"{person.paper}hand-in"), floor)
    yield beside("result", people, lambda person: person.client.get(_result_of(person)), floor)


def _result_of(person: Somebody) -> str:
    return f"{person.paper.rstrip('/').rpartition('/')[0]}/result"
