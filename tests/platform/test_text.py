"""Texts as people write them: what nobody can have meant is not kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.campaigns.domain import basics_of, edit_basics
from cuocthi.text import cleaned

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Thi\ue000csrf_token\ue001 trực tuyến", "Thicsrf_token trực tuyến"),
        ("chuyển\x0bđổi số\x07", "chuyển đổi số "),
        ("\uf0b7 Mục tiêu\U000f0001\ud800", " Mục tiêu"),
        ("- dòng một\n\tdòng hai\r\n", "- dòng một\n\tdòng hai\r\n"),
    ],
)
def test_characters_that_mean_nothing_to_others_are_left_out(text: str, kept: str) -> None:
    assert cleaned(text) == kept


@given(st.text(st.characters(exclude_categories=["Cc", "Co", "Cs"])))
def test_everything_else_is_kept(text: str) -> None:
    assert cleaned(text) == text


def test_a_campaign_is_called_without_them(ctx: Context, make: Factories) -> None:
    campaign = make.campaign()
    edit_basics(ctx, campaign=campaign, basics=replace(basics_of(campaign), name="Cuộc\ue000 thi\x0b2026\ue001"))
    assert campaign.name == "Cuộc thi 2026"
