# /// script
# requires-python = ">=3.11"
# dependencies = ["brotli==1.2.1", "fonttools==4.68.0"]
# ///
"""Refresh the vendored front-end files from their npm packages: `uv run tools/vendor_assets.py`.

Installs the locked packages, copies the files listed here, makes the two fonts and the sprite of icons, and writes a
manifest with the digest, version and licence of each file beside them. The results are committed; only this script
needs npm, and a test holds the files against the manifests.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "node_modules"
STATIC = ROOT / "platform/cuocthi/web/static"
VENDOR = STATIC / "vendor"
TEST_VENDOR = ROOT / "tests/vendor"
#: Fonts of what is typeset, which no browser asks for.
DOCUMENTS = ROOT / "platform/cuocthi/papers/fonts"

FONT = "@expo-google-fonts/be-vietnam-pro"
TEXT_FONT = "@expo-google-fonts/tinos"
TITLE_FONT = "@expo-google-fonts/playfair-display"
ICONS = "bootstrap-icons"
LICENCES = {
    FONT: "OFL-1.1",
    TEXT_FONT: "OFL-1.1",
    TITLE_FONT: "OFL-1.1",
    ICONS: "MIT",
    "htmx.org": "0BSD",
    "axe-core": "MPL-2.0",
}


@dataclass(frozen=True)
class Copy:
    """A file of a package that is taken over as it is."""

    package: str
    source: str
    target: Path


@dataclass(frozen=True)
class Font:
    """A font of a package that is cut down to the letters in use; ``kind`` is the script that does it."""

    source: str
    target: Path
    package: str = FONT
    kind: str = "tabular"


COPIES = (
    Copy("htmx.org", "dist/htmx.min.js", VENDOR / "htmx.min.js"),
    Copy("htmx.org", "LICENSE", VENDOR / "licences/htmx.txt"),
    Copy(FONT, "LICENSE_FONT", VENDOR / "licences/be-vietnam-pro.txt"),
    Copy(ICONS, "LICENSE", VENDOR / "licences/bootstrap-icons.txt"),
    Copy("axe-core", "axe.min.js", TEST_VENDOR / "axe.min.js"),
    Copy("axe-core", "LICENSE", TEST_VENDOR / "licences/axe-core.txt"),
    Copy(FONT, "LICENSE_FONT", DOCUMENTS / "licences/be-vietnam-pro.txt"),
    Copy(TEXT_FONT, "LICENSE_FONT", DOCUMENTS / "licences/tinos.txt"),
    Copy(TITLE_FONT, "LICENSE_FONT", DOCUMENTS / "licences/playfair-display.txt"),
)
FONTS = (
    Font("400Regular/BeVietnamPro_400Regular.ttf", VENDOR / "be-vietnam-pro-400.woff2"),
    Font("600SemiBold/BeVietnamPro_600SemiBold.ttf", VENDOR / "be-vietnam-pro-600.woff2"),
    *(
        Font(f"{folder}/BeVietnamPro_{folder}.ttf", DOCUMENTS / f"be-vietnam-pro-{name}.ttf", FONT, "document")
        for folder, name in (("400Regular", "400"), ("700Bold", "700"))
    ),
    *(
        Font(f"{folder}/Tinos_{folder}.ttf", DOCUMENTS / f"tinos-{name}.ttf", TEXT_FONT, "document")
        for folder, name in (
            ("400Regular", "400"),
            ("400Regular_Italic", "400-italic"),
            ("700Bold", "700"),
            ("700Bold_Italic", "700-italic"),
        )
    ),
    *(
        Font(f"{folder}/PlayfairDisplay_{folder}.ttf", DOCUMENTS / f"playfair-{name}.ttf", TITLE_FONT, "document")
        for folder, name in (("700Bold", "700"), ("700Bold_Italic", "700-italic"))
    ),
)
#: What is said in a manifest of how a font was made.
MADE = {"tabular": "subset with tabular digits", "document": "subset of Latin letters"}


def main() -> None:
    """Do all of it."""
    subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=ROOT, check=True)
    for folder in (VENDOR, TEST_VENDOR, DOCUMENTS):
        shutil.rmtree(folder, ignore_errors=True)
    for copy in COPIES:
        copy.target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / copy.package / copy.source, copy.target)
    for font in FONTS:
        font.target.parent.mkdir(parents=True, exist_ok=True)
        script = ROOT / f"tools/{font.kind}_font.py"
        subprocess.run([sys.executable, script, MODULES / font.package / font.source, font.target], check=True)
    (STATIC / "icons.svg").write_text(sprite(), "utf-8")
    origins = {copy.target: (copy.package, copy.source) for copy in COPIES}
    origins |= {font.target: (font.package, f"{font.source}, {MADE[font.kind]}") for font in FONTS}
    write_manifest(VENDOR, {**origins, STATIC / "icons.svg": (ICONS, "icons/*.svg, those listed in icons.txt")})
    write_manifest(TEST_VENDOR, origins)
    write_manifest(DOCUMENTS, origins)


def sprite() -> str:
    """Return the listed icons as symbols of one SVG file."""
    names = (STATIC / "icons.txt").read_text("utf-8").split()
    symbols = [symbol(name) for name in names]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def symbol(name: str) -> str:
    """Return one icon as a symbol; raises ``ValueError`` when its drawing is not on a grid of 16."""
    drawing = (MODULES / ICONS / f"icons/{name}.svg").read_text("utf-8")
    found = re.search(r'viewBox="0 0 16 16">\s*(.*?)\s*</svg>', drawing, re.DOTALL)
    if found is None:
        raise ValueError(f"unexpected drawing: {name}")
    return f'<symbol id="{name}" viewBox="0 0 16 16">' + re.sub(r"\s*\n\s*", "", found[1]) + "</symbol>"


def write_manifest(folder: Path, origins: dict[Path, tuple[str, str]]) -> None:
    """Write down where the files in and beside ``folder`` come from, with their digests."""
    files = {}
    for target, (package, source) in sorted(origins.items()):
        if not target.is_relative_to(folder) and target.parent != folder.parent:
            continue
        digest = base64.b64encode(hashlib.sha384(target.read_bytes()).digest()).decode()
        version = json.loads((MODULES / package / "package.json").read_text("utf-8"))["version"]
        files[relative(target, folder)] = {
            "package": package,
            "version": version,
            "licence": LICENCES[package],
            "source": source,
            "integrity": f"sha384-{digest}",
        }
    (folder / "manifest.json").write_text(json.dumps(files, indent=2) + "\n", "utf-8")


def relative(target: Path, folder: Path) -> str:
    """Return the path of a file from a folder that it lies in or beside."""
    return target.relative_to(folder).as_posix() if target.is_relative_to(folder) else f"../{target.name}"


if __name__ == "__main__":
    main()
