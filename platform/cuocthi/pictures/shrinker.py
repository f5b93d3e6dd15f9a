"""Make a picture small, in a process of its own: ``… shrinker <megabytes> <seconds> <width>…`` with the file on stdin.

Decoders of pictures are what attackers write files for, so they run in a process with bounds of memory and of time that
the operating system keeps, and which can open nothing once the library is loaded. What comes out is encoded anew from
the pixels alone: neither place and camera (EXIF, XMP), nor thumbnails, nor anything behind the picture survives.

Answers with a line of JSON, ``{"ending": …, "files": [{"width", "height", "size"}, …]}`` followed by the files in that
order, or ``{"refused": why}``.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import Any

#: A photograph of a phone has up to 50 million points; more is a trap, or for printing.
MOST_POINTS, MOST_SIDE = 64_000_000, 16_000
#: WebP is read, but not written: Safari before 14 does not show it.
_READ = ("JPEG", "PNG", "WEBP")
_QUALITY = 82


def main() -> None:
    """Answer for what is on standard input."""
    megabytes, seconds, *widths = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    head, files = shrink(sys.stdin.buffer.read(), widths)
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + b"".join(files))


def shrink(content: bytes, widths: list[int]) -> tuple[dict[str, Any], list[bytes]]:
    """Return the head of the answer and the files: the picture in each of ``widths`` that it has, or in its own."""
    # The limits stand before the library is loaded, and it is loaded for nobody else.
    from PIL import Image, ImageCms, ImageOps  # noqa: PLC0415

    Image.init()
    Image.MAX_IMAGE_PIXELS = MOST_POINTS
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    try:
        picture: Any = Image.open(io.BytesIO(content), formats=_READ)
        if picture.width * picture.height > MOST_POINTS or max(picture.size) > MOST_SIDE:
            return {"refused": "size"}, []
        # Of a JPEG file no more is decoded than the largest copy needs.
        picture.draft("RGB", (max(widths), max(widths)))
        picture.load()
        # A file cannot turn itself any more once it does not say how it was held.
        picture = ImageOps.exif_transpose(picture)
        picture = _in_common_colours(picture, ImageCms)
    except (MemoryError, Image.DecompressionBombError):
        return {"refused": "size"}, []
    except (OSError, ValueError, SyntaxError):
        return {"refused": "damaged"}, []
    transparent = picture.mode == "RGBA"
    form = "PNG" if transparent or _is_drawn(picture, content) else "JPEG"
    found = [_written(picture, width, form) for width in _widths(picture.width, widths)]
    sizes = [{"width": width, "height": height, "size": len(file)} for width, height, file in found]
    return {"ending": ".png" if form == "PNG" else ".jpg", "files": sizes}, [file for _, _, file in found]


def _widths(own: int, widths: list[int]) -> list[int]:
    """Return the widths that are no larger than the picture; the picture itself stands for the next one."""
    smaller = [width for width in sorted(widths) if width < own]
    return [*smaller, min(own, max(widths))] if len(smaller) < len(widths) else smaller


def _in_common_colours(picture: Any, cms: Any) -> Any:
    """Return a picture in sRGB, with a channel for what can be seen through only if something can."""
    profile = picture.info.get("icc_profile")
    transparent = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            return cms.profileToProfile(
                picture, cms.ImageCmsProfile(io.BytesIO(profile)), cms.createProfile("sRGB"), outputMode="RGB"
            )
        except (cms.PyCMSError, OSError):
            pass
    picture = picture.convert("RGBA" if transparent else "RGB")
    if transparent and picture.getextrema()[3][0] == 255:  # noqa: PLR2004 - nothing can be seen through
        return picture.convert("RGB")
    return picture


def _is_drawn(picture: Any, content: bytes) -> bool:
    """Tell whether a PNG file is a drawing or a picture of a screen, which JPEG would blur, and not a photograph."""
    return content.startswith(b"\x89PNG") and picture.reduce(4).getcolors(4096) is not None


def _written(picture: Any, width: int, form: str) -> tuple[int, int, bytes]:
    height = max(1, round(picture.height * width / picture.width))
    # A copy of the pixels: nothing that the file said of itself goes along.
    small = picture.resize((width, height), reducing_gap=3.0)
    small.info.clear()
    to = io.BytesIO()
    if form == "JPEG":
        small.save(to, form, quality=_QUALITY, optimize=True, progressive=True)
    else:
        small.save(to, form, optimize=True)
    return width, height, to.getvalue()


if __name__ == "__main__":
    main()
