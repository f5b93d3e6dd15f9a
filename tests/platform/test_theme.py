from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.web import theme
from cuocthi.web.assets import STATIC
from cuocthi.web.colour import contrast, from_oklch, normalised, to_oklch

colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def custom_properties(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+):([^;}]+)", block))


def declared(stylesheet: Path, selector: str) -> dict[str, str]:
    """The custom properties of the first rule with exactly this selector."""
    found = re.search(rf"^{re.escape(selector)}\{{(.*?)\n?\}}", stylesheet.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found, selector
    return custom_properties(found[1])


@given(colours)
def test_every_tint_can_be_read_on_every_surface(accent: str) -> None:
    for tints, surfaces in (
        (theme.light_tints(accent), (theme.LIGHT_PAPER, theme.LIGHT_CARD)),
        (theme.dark_tints(accent), (theme.DARK_PAPER, theme.DARK_CARD)),
    ):
        for surface in (*surfaces, tints.tint, tints.on_accent):
            assert contrast(tints.accent, surface) >= 4.5
        assert contrast(tints.hover, tints.on_accent) >= 4.5
        assert contrast(tints.ink, tints.tint) >= 7


@given(colours)
def test_a_strong_colour_keeps_its_hue(accent: str) -> None:
    _, chroma, hue = to_oklch(accent)
    for tints in (theme.light_tints(accent), theme.dark_tints(accent)):
        _, kept_chroma, kept = to_oklch(tints.accent)
        if chroma > 0.05 and kept_chroma > 0.03:
            turned = abs((kept - hue + 3.141592653589793) % 6.283185307179586 - 3.141592653589793)
            assert turned < 0.12, tints.accent


@given(colours)
def test_oklch_there_and_back_is_the_same_colour(colour: str) -> None:
    back = from_oklch(*to_oklch(colour))
    assert all(abs(int(colour[i : i + 2], 16) - int(back[i : i + 2], 16)) <= 1 for i in (1, 3, 5))


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#767676", "#ffffff", 4.54)]
)
def test_contrast_is_that_of_the_standard(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(one, other) == contrast(other, one)


def test_a_colour_is_written_in_one_way() -> None:
    assert normalised(" #0A5F66 ") == "#0a5f66"


@pytest.mark.parametrize("text", ["", "0a5f66", "#0a5f6", "#0a5f6g", "red", "#0a5f66;}", "#٠a5f66", "#0a5f66\n#"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        theme.theme_css(text)


def test_the_stylesheet_has_the_tints_of_the_default_colour() -> None:
    light, plain, forced = theme.theme_css(theme.DEFAULT_ACCENT).splitlines()
    stylesheet = STATIC / "cuocthi.css"
    assert custom_properties(light).items() <= declared(stylesheet, ":root").items()
    dark = declared(stylesheet, ":root[data-theme=dark]")
    assert custom_properties(plain).items() <= dark.items()
    assert custom_properties(forced).items() <= dark.items()
    assert (
        declared(stylesheet, "@media (prefers-color-scheme:dark){:root:not([data-theme=light])").items() == dark.items()
    )


def test_the_stylesheet_has_the_surfaces_the_tints_are_made_for() -> None:
    light = declared(STATIC / "cuocthi.css", ":root")
    dark = declared(STATIC / "cuocthi.css", ":root[data-theme=dark]")
    assert (light["paper"], light["card"]) == (theme.LIGHT_PAPER, theme.LIGHT_CARD)
    assert (dark["paper"], dark["card"]) == (theme.DARK_PAPER, theme.DARK_CARD)


@pytest.mark.parametrize("selector", [":root", ":root[data-theme=dark]"])
def test_the_fixed_colours_can_be_read_on_every_surface(selector: str) -> None:
    tokens = declared(STATIC / "cuocthi.css", selector)
    grounds = [tokens[name] for name in ("paper", "card", "sunk", "warm-tint", "ok-tint", "bad-tint")]
    for ground in grounds:
        for text in ("ink", "soft", "warm", "ok", "bad"):
            assert contrast(tokens[text], ground) >= 4.5, (text, ground)
        assert contrast(tokens["edge"], ground) >= 3, ground
    assert contrast(tokens["card"], tokens["bad"]) >= 4.5
