from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from cuocthi.web.tables import Column, Filter, Table

COLUMNS = [
    Column("name", "Name", sortable=True),
    Column("score", "Score", sortable=True, kind="number"),
    Column("note", "Note"),
]


def table(prefix: str = "", **args: str) -> Table:
    return Table(
        id="people",
        path="/people",
        args=args,
        columns=COLUMNS,
        sort="-score",
        filters=[Filter("unit", "Unit", [("a", "Unit A"), ("b", "Unit B")])],
        per_page=10,
        prefix=prefix,
    )


def query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def test_without_arguments_the_first_page_in_the_first_order_is_shown() -> None:
    shown = table()
    assert (shown.search, shown.filtered, shown.sort_key, shown.descending) == ("", {"unit": ""}, "score", True)
    assert (shown.page, shown.offset, shown.limit) == (1, 0, 10)
    assert shown.page_url(1) == "/people"


def test_arguments_are_read() -> None:
    shown = table(q=" thảo ", unit="b", sort="name", page="3")
    assert (shown.search, shown.filtered["unit"], shown.sort_key, shown.descending) == ("thảo", "b", "name", False)
    assert (shown.page, shown.offset) == (3, 20)


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "٣", "1e3", "99999999999999999999"])
def test_a_page_that_makes_no_sense_is_the_first(page: str) -> None:
    assert table(page=page).page == 1


@pytest.mark.parametrize("sort", ["note", "-note", "--name", "password", ""])
def test_rows_are_sorted_by_sortable_columns_only(sort: str) -> None:
    assert table(sort=sort).sort == "-score"


def test_a_filter_takes_its_own_choices_only() -> None:
    assert table(unit="c").filtered == {"unit": ""}


def test_a_filter_of_words_takes_what_is_written_and_carries_it_along() -> None:
    shown = Table(
        id="people",
        path="/people",
        args={"unit": " Sở Nội vụ "},
        columns=COLUMNS,
        sort="name",
        filters=[Filter("unit", "Unit", kind="words", offered_at="/units/suggest")],
    )
    assert shown.filtered == {"unit": "Sở Nội vụ"}
    assert query(shown.page_url(2)) == {"unit": "Sở Nội vụ", "page": "2"}


def test_a_second_click_turns_the_order_round_and_goes_to_the_first_page() -> None:
    name, score, _ = COLUMNS
    shown = table(q="thảo", page="3")
    assert query(shown.sort_url(name)) == {"q": "thảo", "sort": "name"}
    assert query(shown.sort_url(score)) == {"q": "thảo", "sort": "score"}
    assert query(table(sort="name").sort_url(name)) == {"sort": "-name"}
    assert query(table(sort="score").sort_url(score)) == {}


def test_only_the_column_sorted_by_says_so() -> None:
    shown = table(sort="name")
    assert [shown.aria_sort(column) for column in COLUMNS] == ["ascending", None, None]
    assert table().aria_sort(COLUMNS[1]) == "descending"


def test_addresses_keep_search_filter_and_order() -> None:
    shown = table(q="thảo", unit="a", sort="name", page="2")
    assert query(shown.page_url(5)) == {"q": "thảo", "unit": "a", "sort": "name", "page": "5"}
    assert query(shown.export_url("xlsx")) == {"q": "thảo", "unit": "a", "sort": "name", "export": "xlsx"}


def test_what_belongs_to_others_on_the_page_is_kept() -> None:
    assert query(table(tab="open", page="4").page_url(2)) == {"tab": "open", "page": "2"}
    assert table(tab="open", q="x", page="4", unit="a", sort="name").kept_by_search == [
        ("tab", "open"),
        ("sort", "name"),
    ]


def test_two_tables_of_a_page_do_not_mix() -> None:
    shown = table(prefix="b-", **{"q": "other", "b-q": "mine", "b-page": "2"})
    assert (shown.search, shown.page) == ("mine", 2)
    assert query(shown.page_url(3)) == {"q": "other", "b-q": "mine", "b-page": "3"}
    assert shown.kept_by_search == [("q", "other")]


@pytest.mark.parametrize(
    ("page", "total", "links"),
    [
        ("1", 10, [1]),
        ("1", 25, [1, 2, 3]),
        ("1", 200, [1, 2, None, 20]),
        ("10", 200, [1, None, 9, 10, 11, None, 20]),
        ("20", 200, [1, None, 19, 20]),
    ],
)
def test_pages_near_and_far_are_linked(page: str, total: int, links: list[int | None]) -> None:
    shown = table(page=page).show(["row"], total)
    assert shown.page_links == links
    assert shown.pages == links[-1]


def test_it_says_which_rows_are_shown() -> None:
    shown = table(page="3").show(["row"] * 5, 25)
    assert (shown.first, shown.last, shown.total) == (21, 25, 25)


@pytest.mark.parametrize(
    ("args", "total", "narrowed"),
    [
        ({}, 0, False),
        ({"q": "x"}, 0, True),
        ({"unit": "a"}, 0, True),
        ({"page": "9"}, 3, True),
        ({"unit": "c"}, 0, False),
    ],
)
def test_an_empty_table_knows_whether_something_is_hidden(args: dict[str, str], total: int, *, narrowed: bool) -> None:
    assert table(**args).show([], total).narrowed is narrowed
