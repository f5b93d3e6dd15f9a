"""The core of cuocthi: what every contest has in common, and the contract that plugins build on."""

from cuocthi import logs  # noqa: F401 - loads structlog without rich, before another module loads it with
