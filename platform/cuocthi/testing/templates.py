"""Templates are compiled once for all processes and applications of tests, which would otherwise each compile them."""

from __future__ import annotations

from jinja2 import FileSystemBytecodeCache

#: In the machine's folder for what may vanish, by the place of a template and the digest of its source.
COMPILED = FileSystemBytecodeCache()
