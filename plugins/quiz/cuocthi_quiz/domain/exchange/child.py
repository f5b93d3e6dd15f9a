"""Read one file of questions, in a process of its own: ``python -m cuocthi_quiz.domain.exchange.child <format>``.

A hostile file can ask any reader for gigabytes and minutes. So the reader has bounds of memory and of time that the
operating system keeps, and may die of them. It takes the file on standard input and answers with JSON on standard
output: what the file says, or ``{"refused": why}``.
"""

from __future__ import annotations

import json
import resource
import sys

from cuocthi.errors import DomainError
from cuocthi.text import pack
from cuocthi_quiz.domain.exchange.formats import FORMATS
from cuocthi_quiz.domain.exchange.packing import packed

_MEMORY = 512 * 2**20
_SECONDS = 10


def main() -> None:
    """Answer for the file on standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    try:
        answer = packed(FORMATS[sys.argv[1]].read(sys.stdin.buffer.read()))
    except DomainError as error:
        answer = {"refused": pack(error.message)}
    json.dump(answer, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
