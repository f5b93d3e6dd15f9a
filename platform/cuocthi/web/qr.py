"""QR codes as SVG that stands in a page: no inline style, black on white in the dark too."""

from __future__ import annotations

import io
from functools import lru_cache

from markupsafe import Markup

#: Any mask can be read; trying all eight for the best looking one takes most of the time.
_MASK = 3


@lru_cache(maxsize=256)
def qr_svg(text: str) -> Markup:
    """Return the QR code of ``text`` as an SVG element without a size of its own; its words stand beside it."""
    import segno  # noqa: PLC0415 - few pages show a code

    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False, mask=_MASK)
    code.save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=False,
        nl=False,
        omitsize=True,
        border=3,
        light="#fff",
        svgclass="qr",
        lineclass=None,
    )
    svg = out.getvalue().decode().replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)
    return Markup(svg)  # noqa: S704 - made of squares only; the text is not in it
