"""What is loaded for these tests: this plugin and no other."""

from types import ModuleType

import pytest
from cuocthi_guess import plugin


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [plugin]
