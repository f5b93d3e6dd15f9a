"""Cut a font down to the Latin letters, for documents that are typeset as PDF.

Called by vendor_assets.py with a full TrueType font and the smaller TrueType font to write. Typst reads no WOFF2. Names
of people may have any Latin letter, so that more is kept than for the pages; figures keep their width.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

UNICODES = (
    "U+0020-007E,U+00A0-024F",  # Basic Latin, Latin-1, Latin Extended A and B
    "U+0300,U+0301,U+0303,U+0309,U+0323",  # the five tones, for text that is not composed
    "U+1E00-1EFF",  # Latin Extended Additional: the Vietnamese vowels with tone marks
    "U+2010-2015,U+2018-201E,U+2022,U+2026,U+2032,U+2033",  # dashes, quotes, points
    "U+20AB,U+2116,U+2122,U+2212,U+2248,U+2264,U+2265",  # đồng, numero, trade mark, minus, comparisons
)
FEATURES = ("kern", "mark", "mkmk", "ccmp", "locl", "liga", "lnum", "smcp")


def make_font(source: Path, target: Path) -> None:
    """Write the font ``target`` (TrueType) from the full TrueType font ``source``."""
    subset = import_module("fontTools.subset")
    options = subset.Options(hinting=False, layout_features=list(FEATURES))
    font = subset.load_font(str(source), options)
    font.recalcTimestamp = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(",".join(UNICODES)))
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    make_font(Path(sys.argv[1]), Path(sys.argv[2]))
