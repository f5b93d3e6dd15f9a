"""A plugin brings its own words, and leaves the core's as they are."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from cuocthi.testing.plugins import make_plugin
from cuocthi.text import T
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> list[ModuleType]:
    folder = tmp_path_factory.mktemp("translations")
    catalogue = Catalog(locale="vi", domain="relay")
    catalogue.add("Baton", "Gậy tiếp sức")
    catalogue.add("Timeline", "Dòng thời gian")
    (folder / "vi" / "LC_MESSAGES").mkdir(parents=True)
    with (folder / "vi" / "LC_MESSAGES" / "relay.mo").open("wb") as file:
        write_mo(file, catalogue)
    return [make_plugin("relay", catalogue=str(folder))]


def test_a_plugin_changes_no_word_of_the_core(app: Flask) -> None:
    with app.test_request_context():
        assert translate(T("Baton")) == "Gậy tiếp sức"
        assert translate(T("Timeline")) == "Tiến trình"
