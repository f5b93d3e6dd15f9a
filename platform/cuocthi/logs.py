"""How this platform writes its log: one line an event on standard error, exceptions as Python prints them."""

from __future__ import annotations

import sys

# structlog loads rich where it is installed, 8 MB in every process, for tracebacks with the values of variables, which
# this log must not show. It goes without, and whoever else wants rich finds it.
_RICH = sys.modules.pop("rich", None)
sys.modules["rich"] = None  # type: ignore[assignment]  # so that importing it fails
try:
    import structlog
    from structlog.typing import Processor
finally:
    del sys.modules["rich"]
    if _RICH is not None:
        sys.modules["rich"] = _RICH

# Plain tracebacks: the usual renderer would show the values of local variables, and so personal data.
_PROCESSORS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.dev.set_exc_info,
    structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
]


def configure_log() -> None:
    """Set up structlog for this process."""
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
