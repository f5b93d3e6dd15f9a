"""What somebody loads who comes for the first time: the page and everything it names, as a browser would ask for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.load.browsing import Client

_NAMED = re.compile(r'<(?:link|script)[^>]+(?:href|src)="(/static/[^"]+)"')
_FETCHED = re.compile(r'hx-get="([^"]+)" hx-trigger="load"')


@dataclass(frozen=True, slots=True)
class FirstPage:
    """How many requests a first visit takes, and how many bytes come, compressed where the browser asks for it."""

    requests: int
    bytes: int


def first_page(address: str, path: str) -> FirstPage:
    """Load a page and what it names."""
    client = Client(address)
    page = client.get(path, Accept_Encoding="gzip")
    text = client.get(path).text
    named = sorted(set(_NAMED.findall(text))) + sorted(set(_FETCHED.findall(text)))
    answers = [page, *(client.get(one, Accept_Encoding="gzip", HX_Request="true") for one in named)]
    return FirstPage(len(answers), sum(len(answer.body) for answer in answers))
