"""Fill one DOCX template, in a process of its own: ``… docx_process <megabytes> <seconds>``.

A template may come from somebody who means no harm and still loop, or from somebody who does. So it is filled in a
process with bounds of memory and of time that the operating system keeps, by a sandboxed Jinja in which nothing but
the data of the paper can be reached, and without being able to open anything.

Takes JSON on standard input: ``{"template": base64, "data": {…}}``; without a template the one that comes along is
filled, without data it is returned as it is. Answers with a line of JSON, ``{}`` followed by the bytes, or
``{"refused": why}``.
"""

from __future__ import annotations

import base64
import io
import json
import resource
import sys
from typing import Any

#: What is written at most: a report with a thousand units is a hundredth of it.
_MOST_BYTES = 50 * 2**20


def main() -> None:
    """Answer for what is on standard input."""
    megabytes, seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    head, content = answer(json.load(sys.stdin))
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + content)


def answer(asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return the head of the answer and the bytes."""
    # The limits stand before the libraries are loaded, and they are loaded for nobody else.
    from cuocthi_publishing.reports.docx_shipped import shipped  # noqa: PLC0415
    from cuocthi_publishing.reports.samples import sample  # noqa: PLC0415

    own = shipped()
    if asked.get("data") is None:
        return {}, own
    if not asked.get("template"):
        return filled(own, asked["data"])
    # What the libraries load on their first use is loaded now. From here on nothing can be opened any more, neither
    # file nor connection.
    filled(own, sample().as_data())
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    return filled(base64.b64decode(asked["template"]), asked["data"])


def filled(template: bytes, data: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return a template filled with data, as :func:`answer` answers."""
    # Jinja loads its debugger with the first mistake.
    import jinja2.debug  # noqa: F401, PLC0415 - as above
    from docx import Document  # noqa: PLC0415
    from docxtpl import DocxTemplate  # noqa: PLC0415
    from jinja2 import StrictUndefined, TemplateError  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    from cuocthi_publishing.reports.docx_tables import table_xml  # noqa: PLC0415

    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    environment.filters["table"] = table_xml
    try:
        opened = DocxTemplate(io.BytesIO(template))
        opened.render(data, environment, autoescape=True)
        written = io.BytesIO()
        opened.save(written)
        # What was written has to be a document again.
        Document(io.BytesIO(written.getvalue()))
    except TemplateError as error:
        return {"refused": str(error.message or error)[:300]}, b""
    except (ValueError, KeyError, AttributeError, TypeError, SyntaxError) as error:
        return {"refused": f"{type(error).__name__}: {error}"[:300]}, b""
    content = written.getvalue()
    return ({}, content) if len(content) <= _MOST_BYTES else ({"refused": "the result is too large"}, b"")


if __name__ == "__main__":
    main()
