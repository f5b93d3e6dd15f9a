"""Static files with addresses that change when their content does, served from memory and kept for a year.

All files of an installation share one digest: ``/static/<digest>/cuocthi.css``. Relative addresses within a stylesheet
therefore lead to the same files as the pages' own links, and nothing has to be rewritten. A plugin's files stand
below its name: ``asset("quiz/paper.js")``.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

from flask import Response, abort, current_app, has_request_context, request, url_for
from markupsafe import Markup, escape

from cuocthi.web.blueprint import SiteBlueprint
from cuocthi.web.colour import normalised
from cuocthi.web.theme import DEFAULT_ACCENT, theme_css

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

STATIC = Path(__file__).parent / "static"
STYLESHEET = "cuocthi.css"
#: The scripts of most pages, sent as one file: a request less on a slow network.
SCRIPT = "site.js"
_SCRIPT_PARTS = ("cuocthi.js", "vendor/htmx.min.js")
_THEMED = re.compile(r"cuocthi-([0-9a-f]{6})\.css", re.ASCII)
_COMPRESSED = {".css", ".js", ".svg", ".json", ".txt"}
_SVG = "{http://www.w3.org/2000/svg}"
mimetypes.add_type("font/woff2", ".woff2")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: its media type, its bytes, and the same compressed where that makes it smaller."""

    media_type: str
    content: bytes
    compressed: bytes | None


class Assets:
    """The static files of the core and of the plugins.

    ``roots`` maps a plugin's name to its folder of static files; the core's own folder has the name "". Reading
    happens once, when the files are first asked for.
    """

    def __init__(self, roots: Mapping[str, Path]) -> None:
        self._roots = {"": STATIC, **roots}
        self._decorations: dict[str, Markup] = {}
        self._addresses: dict[tuple[str, str], str] = {}

    @cached_property
    def files(self) -> dict[str, Path]:
        """All files by the path that ``asset`` takes."""
        found = {}
        for owner, root in sorted(self._roots.items()):
            for path in sorted(p for p in root.rglob("*") if p.is_file()):
                found["/".join(filter(None, (owner, path.relative_to(root).as_posix())))] = path
        return found

    @cached_property
    def digest(self) -> str:
        """Eight hexadecimal digits over the names and contents of all files."""
        total = hashlib.sha256()
        for name, path in self.files.items():
            total.update(f"{name}\0{path.stat().st_size}\0".encode())
            total.update(path.read_bytes())
        return total.hexdigest()[:8]

    @cached_property
    def icons(self) -> dict[str, str]:
        """The drawings of the sprite by name, each as the inside of an SVG element of 16 × 16 units."""
        root = ET.fromstring((STATIC / "icons.svg").read_bytes())  # noqa: S314 - our own file
        return {symbol.attrib["id"]: _inner(symbol) for symbol in root.iter(f"{_SVG}symbol")}

    @cached_property
    def seal_url(self) -> str:
        """The seal for the tab of a browser, as an address that holds the picture itself: a request less."""
        return "data:image/svg+xml," + quote(self.files["seal.svg"].read_text("utf-8"), safe=" =:/'")

    @lru_cache(maxsize=128)  # noqa: B019 - an application has one Assets, for life
    def load(self, path: str) -> Asset | None:
        """Return the file of that path as it is sent; None when there is none."""
        content = self._content(path)
        if content is None:
            return None
        name = path.rpartition("/")[2]
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if media_type.startswith("text/") and "charset" not in media_type:
            media_type += "; charset=utf-8"
        smaller = gzip.compress(content, 9, mtime=0) if Path(name).suffix in _COMPRESSED else None
        return Asset(media_type, content, smaller if smaller and len(smaller) < len(content) else None)

    def _content(self, path: str) -> bytes | None:
        """Return the bytes of a file, of the joined scripts, or of a themed stylesheet (``cuocthi-0a5f66.css``)."""
        if path in self.files:
            return self.files[path].read_bytes()
        if path == SCRIPT:
            return b"\n".join(self.files[part].read_bytes() for part in _SCRIPT_PARTS)
        themed = _THEMED.fullmatch(path)
        return stylesheet(f"#{themed[1]}").encode() if themed else None

    def init_app(self, app: Flask) -> None:
        """Register the route and the template functions ``asset``, ``stylesheet_url``, ``seal_url`` and ``icon``."""
        blueprint = SiteBlueprint("assets", __name__)
        blueprint.page("/static/<digest>/<path:path>", public=True, endpoint="file")(self._serve)
        app.register_blueprint(blueprint)
        app.jinja_env.globals.update(asset=self.url, stylesheet_url=self.stylesheet_url, icon=self.icon)
        app.jinja_env.globals["seal_url"] = lambda: self.seal_url

    def url(self, path: str) -> str:
        """Return the address of a static file; raises ``KeyError`` when there is no such file."""
        if path not in self.files and path != SCRIPT:
            raise KeyError(path)
        return self._address(path)

    def stylesheet_url(self, accent: str | None = None) -> str:
        """Return the address of the one stylesheet, in a campaign's colour."""
        themed = accent and normalised(accent) != DEFAULT_ACCENT
        path = f"cuocthi-{normalised(accent)[1:]}.css" if accent and themed else STYLESHEET
        return self._address(path)

    def _address(self, path: str) -> str:
        """Return the address of a file; within a request it is kept for the next page below the same root."""
        if not has_request_context():
            return url_for("assets.file", digest=self.digest, path=path)
        place = request.script_root, path
        if place not in self._addresses:
            self._addresses[place] = url_for("assets.file", digest=self.digest, path=path)
        return self._addresses[place]

    def icon(self, name: str, label: object = None) -> Markup:
        """Return an icon as inline SVG: decoration, or with ``label`` an image of that name.

        Inline, it costs no request, takes the colour of the text and works in a page opened from a disk. Raises
        ``KeyError`` for an unknown name.
        """
        if label:
            return self._drawn(name, Markup('role="img" aria-label="%s"') % escape(label))
        if name not in self._decorations:
            self._decorations[name] = self._drawn(name, Markup('aria-hidden="true"'))
        return self._decorations[name]

    def _drawn(self, name: str, role: Markup) -> Markup:
        body = Markup(self.icons[name])  # noqa: S704 - our own file
        return Markup('<svg class="icon" viewBox="0 0 16 16" %s focusable="false">%s</svg>') % (role, body)

    def _serve(self, digest: str, path: str) -> Response:
        found = self.load(path)
        if found is None:
            abort(404)
        # An old page may ask for the file of another release: it gets ours, but must not keep it.
        lasting = digest == self.digest and not current_app.debug
        packed = found.compressed is not None and request.accept_encodings.quality("gzip") > 0
        response = Response(found.compressed if packed else found.content, content_type=found.media_type)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        if found.compressed is not None:
            response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        return response


def stylesheet(accent: str | None = None) -> str:
    """Return the text of the one stylesheet in a campaign's colour; raises ``ValueError`` when it is none."""
    plain = (STATIC / STYLESHEET).read_text("utf-8")
    return plain if accent is None else f"{plain}\n{theme_css(accent)}"


def _inner(symbol: ET.Element) -> str:
    parts = []
    for child in symbol:
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in child.attrib.items())
        parts.append(f"<{child.tag.removeprefix(_SVG)}{attributes}/>")
    return "".join(parts)
