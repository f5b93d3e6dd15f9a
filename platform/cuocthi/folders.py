"""Where files of the core lie that others read too: for what a plugin writes beside the site."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent

#: The core's catalogue of translations.
CATALOGUE = _HERE / "translations"
#: Its templates, with the macros.
TEMPLATES = _HERE / "web" / "templates"
#: Its vendored fonts.
FONTS = _HERE / "web" / "static" / "vendor"
#: The page that checks a bundle in a browser, with its two other files.
CHECKER = _HERE / "web" / "static" / "bundles"
