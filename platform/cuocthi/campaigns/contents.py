"""The files of a campaign folder, of which those of documents are read only when they are asked for, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping


class Contents(Mapping[str, bytes]):
    """Files by their names: ``held`` are there, ``large`` ones are read whenever they are asked for."""

    def __init__(self, held: Mapping[str, bytes], large: Mapping[str, Callable[[], bytes]]) -> None:
        self._held, self._large = held, large

    def __getitem__(self, name: str) -> bytes:
        """Return the content of a file."""
        return self._held[name] if name in self._held else self._large[name]()

    def __contains__(self, name: object) -> bool:
        """Tell whether there is such a file, without reading it."""
        return name in self._held or name in self._large

    def __iter__(self) -> Iterator[str]:
        """Give the names of all files."""
        yield from self._held
        yield from self._large

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(self._held) + len(self._large)
