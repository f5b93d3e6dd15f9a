"""Holds a feed against RFC 4287: its grammar, and what the RFC asks for beside it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lxml import etree  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = etree.RelaxNG(file=str(Path(__file__).with_name("atom.rng")))


def faults(content: bytes, address: str) -> list[str]:
    """What is wrong with a feed that is said to be at an address."""
    root = etree.fromstring(content)
    if not GRAMMAR.validate(root):
        return [f"line {error.line}: {error.message}" for error in GRAMMAR.error_log]
    entries = root.findall(f"{ATOM}entry")
    return [*_of_feed(root, entries, address), *(fault for entry in entries for fault in _of_entry(entry))]


def _of_feed(root: Any, entries: list[Any], address: str) -> Iterator[str]:
    ids = Counter(node.findtext(f"{ATOM}id") for node in (root, *entries))
    yield from (f"{name} names {count} things" for name, count in ids.items() if count > 1)
    yield from (f"{name} is no IRI with a scheme" for name in ids if not urlsplit(str(name)).scheme)
    if [link.get("href") for link in root.findall(f"{ATOM}link[@rel='self']")] != [address]:
        yield "it does not say where it is"
    if root.find(f"{ATOM}author") is None and any(entry.find(f"{ATOM}author") is None for entry in entries):
        yield "an entry has no author"
    moments = [_updated(entry) for entry in entries]
    if moments != sorted(moments, reverse=True):
        yield "the newest entry is not the first"
    if moments and _updated(root) < moments[0]:
        yield "it is older than its entries"
    yield from _links(root)


def _of_entry(entry: Any) -> Iterator[str]:
    alternates = entry.findall(f"{ATOM}link[@rel='alternate']")
    if entry.find(f"{ATOM}content") is None and not alternates:
        yield "an entry has neither content nor an address"
    published = entry.findtext(f"{ATOM}published")
    if published and datetime.fromisoformat(published) > _updated(entry):
        yield "an entry was changed before it was published"
    yield from _links(entry)


def _links(node: Any) -> Iterator[str]:
    links = node.findall(f"{ATOM}link")
    alike = Counter((link.get("rel", "alternate"), link.get("type"), link.get("hreflang")) for link in links)
    yield from (f"{count} links are {kind}" for kind, count in alike.items() if count > 1)
    yield from (f"{link.get('href')} is relative" for link in links if not urlsplit(link.get("href")).scheme)


def _updated(node: Any) -> datetime:
    return datetime.fromisoformat(node.findtext(f"{ATOM}updated"))
