"""What a domain function raises when it refuses. Each error says, in a translatable text, what the person can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.text import Text


class DomainError(Exception):
    """A refusal by the rules of the contest; nothing was changed.

    ``message`` says what happened and what to do; ``field`` names the form field it belongs to, if one does.
    """

    status = 422

    def __init__(self, message: Text, *, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.field = field


class Missing(DomainError):
    """The thing asked for does not exist, or not for this person."""

    status = 404


class Forbidden(DomainError):
    """The person may not do this."""

    status = 403


class Conflict(DomainError):
    """Somebody else, or another tab, was first; the caller's view is stale."""

    status = 409


class Closed(DomainError):
    """The act came before its time opened or after it closed."""

    status = 409


class Blocked(DomainError):
    """An act of a person was refused by gates; all reasons at once."""

    status = 409

    def __init__(self, message: Text, reasons: Sequence[Text]) -> None:
        super().__init__(message)
        self.reasons = tuple(reasons)


class InvalidData(DomainError):
    """A file or a record is malformed; every problem with its place."""

    def __init__(self, message: Text, problems: Sequence[Text]) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class ContractError(RuntimeError):
    """A plugin, or the core, breaks the plugin contract; the application must not start or go on."""


class Undeliverable(Exception):
    """A channel says that a letter can never arrive, or a target that a delivery cannot, however often it is tried."""
