"""The memory of public pages: each as it was sent to somebody unknown, while it shows what is (decision 15)."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from werkzeug.http import parse_etags

from cuocthi.campaigns.changes import Changes, PublicState

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

#: Under this name a view leaves in the environment of the request how long its page holds.
KEEP = "cuocthi.keep"

#: All kept pages of a process together, compressed.
MOST_BYTES = 16 * 1024 * 1024
#: Counts for an address beside the page that is kept for it.
_ENTRY_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class Span:
    """From when until before when a page shows what is."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Address:
    """What decides which page is meant."""

    scheme: str
    root: str
    path: str
    language: str


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it is sent again."""

    span: Span
    state: PublicState
    tag: str
    headers: tuple[tuple[str, str], ...]
    compressed: bytes

    def holds(self, now: datetime, state: PublicState) -> bool:
        """Tell whether the page still shows what is."""
        return self.span.since <= now < self.span.until and self.state == state

    def send(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with the page, or briefly where the browser has it."""
        if parse_etags(environ.get("HTTP_IF_NONE_MATCH")).contains_weak(self.tag):
            start_response("304 NOT MODIFIED", [pair for pair in self.headers if pair[0] != "Content-Type"])
            return []
        body, headers = self.compressed, [*self.headers]
        if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            headers.append(("Content-Encoding", "gzip"))
        else:
            body = gzip.decompress(body)
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]


@dataclass(slots=True)
class KeptPages:
    """The memory of one process: which addresses are public pages, and those pages as far as they were asked for again.

    What was asked for longest ago is forgotten first where all of it is more than ``most_bytes``.
    """

    changes: Changes = field(default_factory=Changes)
    most_bytes: int = MOST_BYTES
    _pages: OrderedDict[Address, KeptPage | None] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __contains__(self, address: Address) -> bool:
        """Tell whether a public page is known to be at the address."""
        return address in self._pages

    def page(self, address: Address) -> KeptPage | None:
        """Return the page that is kept for an address."""
        with self._lock:
            if address in self._pages:
                self._pages.move_to_end(address)
            return self._pages.get(address)

    def keep(self, address: Address, page: KeptPage | None) -> None:
        """Keep a page for its address, or only that there is one."""
        with self._lock:
            self._drop(address)
            self._pages[address] = page
            self._bytes += _size(page)
            while self._bytes > self.most_bytes:
                self._drop(next(iter(self._pages)))

    def forget(self, address: Address) -> None:
        """Forget that a public page is at an address."""
        with self._lock:
            self._drop(address)

    def _drop(self, address: Address) -> None:
        if address in self._pages:
            self._bytes -= _size(self._pages.pop(address))


def _size(page: KeptPage | None) -> int:
    return _ENTRY_BYTES + (len(page.compressed) if page else 0)
