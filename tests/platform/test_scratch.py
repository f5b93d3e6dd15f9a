"""What tests write is thrown away, so it lies in memory where the machine has room there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cuocthi.testing import memory

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_system_with_room_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_FOLDER", tmp_path)
    monkeypatch.setattr(memory, "_NEEDED_BYTES", 1)
    assert memory.folder_in_memory() == tmp_path


def test_without_enough_room_or_without_one_there_is_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_FOLDER", tmp_path)
    monkeypatch.setattr(memory, "_NEEDED_BYTES", 2**63)
    assert memory.folder_in_memory() is None
    monkeypatch.setattr(memory, "_FOLDER", tmp_path / "none")
    assert memory.folder_in_memory() is None
