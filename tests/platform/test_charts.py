"""Charts that the server draws: what they show, to whom, and that they need nothing but themselves."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.web.charts import Chart, Kind, Series, drawn

SVG = "{http://www.w3.org/2000/svg}"
UNIT = "Ban Quản lý Khu kinh tế và các khu công nghiệp tỉnh"
PERSONS = Chart(
    Kind.BAR,
    id="persons",
    title="Người dự thi theo đơn vị",
    description="Nhiều nhất là <Sở>.",
    labels=["Sở <A>", UNIT],
    series=[Series("Người", [30, 15], ["30", "15"])],
    write=str,
)


def elements(chart: Chart) -> ET.Element:
    return ET.fromstring(drawn(chart))  # noqa: S314 - as above


def widths(chart: Chart) -> list[float]:
    return [
        float(mark.get("width", "").rstrip("%"))
        for mark in elements(chart).iter(f"{SVG}rect")
        if mark.get("class") in {"chart-first", "chart-outline"} and mark.get("width", "").endswith("%")
    ]


def written(chart: Chart) -> list[str]:
    return [text.text or "" for text in elements(chart).iter(f"{SVG}text")]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_chart_says_what_it_is_and_carries_no_script_and_no_style(kind: Kind) -> None:
    svg = elements(replace(PERSONS, kind=kind))
    assert svg.get("role") == "img"
    named = (svg.get("aria-labelledby") or "").split()
    assert [element.get("id") for element in svg[:2]] == named
    assert [element.text for element in svg[:2]] == [PERSONS.title, PERSONS.description]
    assert not [element for element in svg.iter() if element.tag in {f"{SVG}script", f"{SVG}style"}]
    assert not [element for element in svg.iter() if {"style", "href", "onclick"} & set(element.keys())]


def test_bars_are_as_long_as_their_values_with_their_label_in_lines_that_fit_a_phone() -> None:
    longest, half = widths(PERSONS)
    assert longest == pytest.approx(2 * half)
    assert written(PERSONS) == ["Sở <A>", "30", "Ban Quản lý Khu kinh tế và các khu", "công nghiệp tỉnh", "15"]


def test_a_greater_value_than_any_may_be_the_whole_length() -> None:
    assert widths(replace(PERSONS, maximum=60))[0] == pytest.approx(widths(PERSONS)[0] / 2)


def test_a_value_that_is_not_shown_has_its_text_and_no_mark() -> None:
    hidden = replace(PERSONS, series=[Series("Người", [30, None], ["30", "*"])])
    assert len(widths(hidden)) == 1
    assert written(hidden)[-1] == "*"
    assert "*" in written(replace(hidden, kind=Kind.COLUMNS))


def test_a_second_series_differs_without_colour_and_both_are_named() -> None:
    before = Series("Kỳ trước", [10, 20], ["10", "20"])
    both = replace(PERSONS, series=[*PERSONS.series, before])
    hatched = [mark for mark in elements(both).iter(f"{SVG}rect") if mark.get("fill") == "url(#persons-hatch)"]
    assert len(hatched) == 3, "one in the legend and one for each value"
    assert elements(both).find(f"{SVG}pattern[@id='persons-hatch']") is not None
    assert written(both)[:2] == ["Người", "Kỳ trước"]


def test_nothing_to_draw_is_an_empty_chart() -> None:
    for kind in Kind:
        assert widths(replace(PERSONS, kind=kind, labels=[], series=[Series("Người", [], [])])) == []


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 10**9)), min_size=1, max_size=200),
    st.sampled_from([Kind.COLUMNS, Kind.HISTOGRAM]),
)
def test_columns_stay_in_their_plot_with_few_lines_and_few_labels(values: list[int | None], kind: Kind) -> None:
    labels = [f"{place}/09/2024" for place in range(len(values))]
    chart = replace(PERSONS, kind=kind, labels=labels, series=[Series("Bài", values, ["*"] * len(values))])
    svg = elements(chart)
    (plot,) = (one for one in svg.iter(f"{SVG}svg") if one.get("x"))
    height = float(plot.get("height", ""))
    for mark in plot.iter(f"{SVG}rect"):
        assert float(mark.get("y", "")) >= 0
        assert float(mark.get("y", "")) + float(mark.get("height", "")) == pytest.approx(height, abs=0.1)
    assert len(list(svg.iter(f"{SVG}line"))) <= 6
    shown = [text.text for text in plot.iter(f"{SVG}text") if text.text in labels]
    assert shown[0] == labels[0]
    assert shown[-1] == labels[-1]
    assert len(shown) <= 4
