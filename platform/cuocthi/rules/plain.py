"""Markdown as the plain text of a mail: no marks, lists with dashes, the address of a link behind its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark", {"html": False})


def to_plain(text: str) -> str:
    """Return Markdown as paragraphs of plain text, an empty line between them; items of a list stand together."""
    blocks: list[tuple[str, bool]] = []
    numbers: list[int | None] = []
    begins_item = False
    for token in _PARSER.parse(text):
        if token.type == "ordered_list_open":
            numbers.append(int(token.attrGet("start") or 1))
        elif token.type == "bullet_list_open":
            numbers.append(None)
        elif token.type in {"ordered_list_close", "bullet_list_close"}:
            numbers.pop()
        elif token.type == "list_item_open":
            begins_item = True
        elif token.type == "inline":
            blocks.append((_indented(_inline(token.children or []), numbers, begins_item=begins_item), begins_item))
            if begins_item and numbers[-1] is not None:
                numbers[-1] += 1
            begins_item = False
        elif token.type in {"fence", "code_block"}:
            blocks.append((token.content.rstrip("\n"), False))
    return "".join(_joined(blocks))


def _indented(text: str, numbers: Sequence[int | None], *, begins_item: bool) -> str:
    if not numbers:
        return text
    mark = "- " if numbers[-1] is None else f"{numbers[-1]}. "
    margin = "  " * (len(numbers) - 1)
    rest = margin + " " * len(mark)
    return (margin + mark if begins_item else rest) + text.replace("\n", f"\n{rest}")


def _joined(blocks: Sequence[tuple[str, bool]]) -> Iterator[str]:
    for number, (text, is_item) in enumerate(blocks):
        if number:
            follows_item = blocks[number - 1][1]
            yield "\n" if is_item and follows_item else "\n\n"
        yield text


def _inline(tokens: Sequence[Token]) -> str:
    """Return the words of a paragraph; a link whose words are its address is written once."""
    written: list[str] = []
    links: list[tuple[int, str]] = []
    for token in tokens:
        if token.type in {"text", "code_inline", "image"}:
            written.append(token.content)
        elif token.type in {"softbreak", "hardbreak"}:
            written.append("\n" if token.type == "hardbreak" else " ")
        elif token.type == "link_open":
            links.append((len(written), str(token.attrGet("href") or "")))
        elif token.type == "link_close":
            begin, address = links.pop()
            shown = address.removeprefix("mailto:").removeprefix("tel:")
            if "".join(written[begin:]).strip() not in {address, shown}:
                written.append(f" ({shown})")
    return "".join(written)
