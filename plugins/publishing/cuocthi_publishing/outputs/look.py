"""How the pages of a bundle look: style sheets, with the portal's colours in one of them, and fonts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.folders import FONTS
from cuocthi.web.theme import DARK_PAPER, LIGHT_PAPER, dark_tints, light_tints
from cuocthi_publishing.domain.pages import TEMPLATES, render_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.outputs.published import Published

_VENDORED = {
    "fonts/be-vietnam-pro-400.woff2": "be-vietnam-pro-400.woff2",
    "fonts/be-vietnam-pro-600.woff2": "be-vietnam-pro-600.woff2",
    "fonts/be-vietnam-pro.txt": "licences/be-vietnam-pro.txt",
}


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield the style sheets and the fonts."""
    accent = published.snapshot["campaign"]["accent"]
    colours = {
        "portal.css": {"accent": light_tints(accent).accent, "ground": LIGHT_PAPER},
        "dark.css": {"accent": dark_tints(accent).accent, "ground": DARK_PAPER},
    }
    yield "style.css", (TEMPLATES / "publishing" / "bundle" / "style.css").read_bytes()
    for name, values in colours.items():
        yield name, render_template(published.snapshot, f"publishing/bundle/{name}", **values).encode()
    for name, source in _VENDORED.items():
        yield name, (FONTS / source).read_bytes()
