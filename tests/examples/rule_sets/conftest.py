"""How the tests of rule sets begin: a campaign file is brought in, completed by what people bring, and opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from cuocthi.rules.language import writer

from .held import Held, hold

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.campaigns.files import Files
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories

Open = Callable[["Files"], Held]


@pytest.fixture
def open_by(app: Flask, ctx: Context, make: Factories) -> Iterator[Open]:
    """Open a campaign by its files; what the rules and reasons say is put into words by the application."""
    with app.test_request_context():
        yield lambda files: hold(ctx, make, files, writer("vi"))
