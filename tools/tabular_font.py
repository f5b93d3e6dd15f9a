"""Cut a font down to the letters of Vietnamese and English, and give it tabular digits.

Called by vendor_assets.py with a full TrueType font and the WOFF2 file to write.

Be Vietnam Pro has digits of different widths only; a clock or a column of sums set in them would jump. Copies of the
digits, centred on one width, are added under the OpenType feature ``tnum`` (its licence, the OFL without a reserved
name, allows that). One file holds Latin and Vietnamese letters together, so that pairs across the two are kerned.
"""

from __future__ import annotations

import copy
import sys
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
#: The width of a tabular digit, in thousandths of the font's size: a little less than that of its widest.
DIGIT_WIDTH = 640

UNICODES = (
    "U+0020-007E",  # Basic Latin
    "U+00A0,U+00A7,U+00A9,U+00AB,U+00AD,U+00B0-00B2,U+00B7,U+00BB,U+00BD,U+00D7,U+00F7",  # signs
    "U+00C0-00C3,U+00C8-00CA,U+00CC,U+00CD,U+00D2-00D5,U+00D9,U+00DA,U+00DD",  # À Á Â Ã È É Ê Ì Í Ò Ó Ô Õ Ù Ú Ý
    "U+00E0-00E3,U+00E8-00EA,U+00EC,U+00ED,U+00F2-00F5,U+00F9,U+00FA,U+00FD",
    "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0",  # Ă Đ Ĩ Ũ Ơ Ư
    "U+0300,U+0301,U+0303,U+0309,U+0323",  # the five tones, for text that is not composed
    "U+1EA0-1EF9",  # vowels with tone marks
    "U+2010-2015,U+2018-201A,U+201C-201E,U+2022,U+2026",  # dashes, quotes, points
    "U+20AB,U+2212,U+2248,U+2264,U+2265",  # đồng, minus, comparisons
)
FEATURES = ("kern", "mark", "mkmk", "ccmp", "locl", "liga", "tnum")


def make_font(source: Path, target: Path) -> None:
    """Write the web font ``target`` (WOFF2) from the full TrueType font ``source``."""
    subset = import_module("fontTools.subset")
    options = subset.Options(flavor="woff2", hinting=False, layout_features=list(FEATURES))
    full = import_module("fontTools.ttLib").TTFont(source, recalcTimestamp=False)
    add_tabular_digits(full)
    widened = BytesIO()
    full.save(widened)
    widened.seek(0)
    font = subset.load_font(widened, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(",".join(UNICODES)))
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


def add_tabular_digits(font: Any) -> None:
    """Add digits of one width to the font, reached through the feature ``tnum``."""
    glyphs, metrics = font["glyf"], font["hmtx"]
    for name in DIGITS:
        width, bearing = metrics[name]
        shift = (DIGIT_WIDTH - width) // 2
        digit = copy.deepcopy(glyphs[name])
        digit.coordinates.translate((shift, 0))
        digit.recalcBounds(glyphs)
        glyphs[f"{name}.tnum"] = digit
        metrics[f"{name}.tnum"] = (DIGIT_WIDTH, bearing + shift)
    _add_single_substitution(font["GSUB"].table, "tnum", {name: f"{name}.tnum" for name in DIGITS})


def _add_single_substitution(gsub: Any, tag: str, mapping: dict[str, str]) -> None:
    tables = import_module("fontTools.ttLib.tables.otTables")
    builder = import_module("fontTools.otlLib.builder")
    lookup = builder.buildLookup([builder.buildSingleSubstSubtable(mapping)])
    gsub.LookupList.Lookup.append(lookup)
    feature = tables.Feature()
    feature.FeatureParams = None
    feature.LookupListIndex = [len(gsub.LookupList.Lookup) - 1]
    record = tables.FeatureRecord()
    record.FeatureTag, record.Feature = tag, feature
    gsub.FeatureList.FeatureRecord.append(record)
    index = len(gsub.FeatureList.FeatureRecord) - 1
    for script in gsub.ScriptList.ScriptRecord:
        languages = [script.Script.DefaultLangSys, *(lang.LangSys for lang in script.Script.LangSysRecord)]
        for language in filter(None, languages):
            language.FeatureIndex.append(index)


if __name__ == "__main__":
    make_font(Path(sys.argv[1]), Path(sys.argv[2]))
