"""Typeset one template, in a process of its own: ``… typesetter <megabytes> <seconds> <empty folder>``.

A template may come from somebody who means no harm and still loop, or from somebody who does. So it is typeset in a
process with bounds of memory and of time that the operating system keeps. Before the template is looked at, all fonts
have been read and the process gives up opening anything: no file is there to be read, no package to be fetched from a
network. What Typst itself allows, files below its root, leads to an empty folder besides.

Takes JSON on standard input: ``{"template": text, "data": {…}, "form": "pdf" | "png", "per_inch": pixels,
"few_colours": bool}``. Answers with a line of JSON, ``{"pages": …}`` followed by the bytes, or ``{"refused": why,
"line": number}``. Data reach the template as text in ``sys.inputs.data``, never as part of its code.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

from cuocthi.papers.png import with_palette

#: What is written at most: a thousand certificates are a tenth of it.
_MOST_BYTES = 100 * 2**20
_FONTS = Path(__file__).parent / "fonts"


def main() -> None:
    """Answer for what is on standard input."""
    megabytes, seconds, root = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    head, content = typeset(json.load(sys.stdin), root)
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)


def typeset(asked: dict[str, Any], root: str) -> tuple[dict[str, Any], bytes]:
    """Return the head of the answer and the bytes; ``root`` is an empty folder."""
    # The limits stand before the library is loaded, and it is loaded for nobody else.
    import typst  # noqa: PLC0415

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(_FONTS)])
    compiler = typst.Compiler(
        root=root,
        font_paths=fonts,
        ignore_system_fonts=True,
        package_path=root,
        package_cache_path=root,
    )
    # Typst reads a font when a letter of it is first set.
    compiler.compile(input="\n".join(_sample(font) for font in fonts.fonts()).encode())
    # From here on nothing can be opened any more, neither file nor connection.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    try:
        pages = compiler.compile(
            input=asked["template"].encode(),
            format=asked["form"],
            ppi=asked["per_inch"] if asked["form"] == "png" else None,
            sys_inputs={"data": json.dumps(asked["data"], ensure_ascii=False)},
            # The same again is the same file.
            timestamp=0,
        )
    except typst.TypstError as error:
        return {"refused": error.message, "line": _line(error.diagnostic)}, b""
    parts = pages if isinstance(pages, list) else [pages or b""]
    if sum(map(len, parts)) > _MOST_BYTES:
        return {"refused": "the result is larger than anybody needs", "line": 0}, b""
    return {"pages": len(parts)}, with_palette(parts[0]) if asked["few_colours"] else parts[0]


def _sample(font: Any) -> str:
    return f'#text(font: "{font.family}", weight: {font.weight}, style: "{font.style}")[Aạ]'


def _line(diagnostic: str) -> int:
    """Return the line of the template that a diagnostic names first, 0 if it names none."""
    for line in diagnostic.splitlines():
        place, _, rest = line.partition(".typ:")
        number = rest.partition(":")[0]
        if place and number.isdecimal():
            return int(number)
    return 0


if __name__ == "__main__":
    main()
