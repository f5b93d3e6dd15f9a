"""All templates and macros at once, through the style guide: they render under StrictUndefined and fit the CSP."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, render_template

from cuocthi.web import styleguide
from cuocthi.web.navigation import NavLink, NavSection

TEMPLATES = Path(styleguide.__file__).parent / "templates"
CAMPAIGN = SimpleNamespace(
    name="Cuộc thi <Chuyển đổi số>",
    slug="cds",
    host_name="Sở Thông tin và Truyền thông",
    accent="#b3121d",
    standing_office="Phòng Công nghệ thông tin – Viễn thông",
    support_phone="0227 3831 234",
    support_hours="giờ hành chính",
    responsible="Phó Giám đốc Sở",
)
BARE_CAMPAIGN = SimpleNamespace(
    **{**vars(CAMPAIGN), "standing_office": "", "support_phone": "", "support_hours": "", "responsible": ""}
)
NAV = [
    NavSection("", (NavLink("Tổng quan", "/a", active=True, badge=0),), open=False),
    NavSection("Thiết lập", (NavLink("Câu hỏi", "/b", active=False, badge=2),), open=False),
]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """The elements of a page, checked for being closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"path", "rect", "circle"}:
            assert self._open.pop() == tag, (tag, self.getpos())

    def all(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


@pytest.fixture
def app() -> Iterator[Flask]:
    app = styleguide.sample_app()
    app.jinja_env.globals["csrf_token"] = lambda: "the-token"
    app.context_processor(lambda: {"current_user": SimpleNamespace(is_authenticated=True, name="Lê Văn Đức")})
    with app.test_request_context("/styleguide"):
        yield app


def rendered(template: str, **values: object) -> str:
    return render_template(template, **{"campaign": CAMPAIGN, "nav": NAV, **values})


WORDS: dict[str, object] = {
    "title": "T",
    "details": ["D1", "D2"],
    "what_happened": "A",
    "what_was_kept": "B",
    "what_to_do": "C",
    "reference": "1",
}
FEW_WORDS = {**WORDS, "details": [], "what_was_kept": None, "what_to_do": None, "reference": None}
PAGES: dict[str, Callable[[], str]] = {
    "style guide": lambda: rendered("styleguide.html", **styleguide.context({})),
    "public": lambda: rendered("base.html"),
    "public, bare campaign": lambda: rendered("base.html", campaign=BARE_CAMPAIGN),
    "public, no campaign": lambda: rendered("base.html", campaign=None),
    "paper": lambda: rendered("paper_base.html"),
    "staff": lambda: rendered("staff_base.html"),
    "staff, no campaign": lambda: rendered("staff_base.html", campaign=None, nav=[]),
    "error": lambda: rendered("error.html", **WORDS),
    "short error": lambda: rendered("error.html", campaign=None, **FEW_WORDS),
}


@pytest.fixture(params=list(PAGES))
def html(request: pytest.FixtureRequest, app: Flask) -> str:
    return PAGES[request.param]()


def test_pages_are_well_formed_and_fit_the_content_security_policy(html: str) -> None:
    page = Page(html)
    for tag, attributes in page.elements:
        assert "style" not in attributes, (tag, attributes)
        assert not [name for name in attributes if name.startswith(("on", "hx-on"))], (tag, attributes)
        assert tag != "style"
        assert tag != "script" or "src" in attributes
        assert not any("js:" in value for name, value in attributes.items() if name.startswith("hx-")), attributes
        assert "[" not in attributes.get("hx-trigger", "")


def test_identifiers_are_unique_and_references_lead_somewhere(html: str) -> None:
    page = Page(html)
    ids = page.all("id")
    assert len(ids) == len(set(ids)), [i for i in ids if ids.count(i) > 1]
    for name in ("aria-describedby", "aria-labelledby", "for"):
        for value in page.all(name):
            assert set(value.split()) <= set(ids), (name, value)
    for name in ("hx-target", "hx-select", "hx-target:inherited", "hx-select:inherited"):
        assert {value.removeprefix("#") for value in page.all(name)} <= set(ids)


def test_a_page_has_one_main_part_that_can_be_skipped_to(html: str) -> None:
    page = Page(html)
    assert [a.get("id") for tag, a in page.elements if tag == "main"] == ["main"]
    assert ("a", {"class": "skip", "href": "#main"}) in page.elements
    assert [a["lang"] for tag, a in page.elements if tag == "html"] == ["vi"]


def test_every_input_has_a_label(app: Flask) -> None:
    page = Page(PAGES["style guide"]())
    labelled = set(page.all("for"))
    inputs = [a for tag, a in page.elements if tag in {"input", "select", "textarea"} and a.get("type") != "hidden"]
    assert len(inputs) > 15
    for attributes in inputs:
        assert attributes["id"] in labelled, attributes


def test_names_are_escaped_and_the_token_goes_only_with_posts(app: Flask) -> None:
    assert "&lt;Chuyển đổi số&gt;" in PAGES["public"]()
    guide = PAGES["style guide"]()
    forms = re.findall(r"<form[^>]*method=\"(\w+)\".*?</form>", guide, re.DOTALL)
    assert sorted(set(forms)) == ["get", "post"]
    for method, body in re.findall(r"<form[^>]*method=\"(\w+)\"(.*?)</form>", guide, re.DOTALL):
        assert ('name="csrf_token" value="the-token"' in body) == (method == "post")


def test_errors_are_tied_to_their_fields(app: Flask) -> None:
    elements = Page(PAGES["style guide"]()).elements
    wrong = {a["id"]: a["aria-describedby"] for _, a in elements if a.get("aria-invalid") == "true"}
    assert wrong["wrong-name"] == "wrong-name-hint wrong-name-error"
    assert wrong["wrong-consent"] == "wrong-consent-error"
    assert wrong["confirm"] == "confirm-error"


def test_every_macro_is_shown(app: Flask) -> None:
    guide = (TEMPLATES / "styleguide.html").read_text("utf-8")
    for file in (TEMPLATES / "macros").iterdir():
        source = file.read_text("utf-8")
        for name in re.findall(r"{% macro ([a-z]\w*)", source):
            used_within = len(re.findall(rf"\b{name}\(", source)) > 1
            assert used_within or re.search(rf"\b{name}\(", guide), f"{file.name}: {name}"


def test_an_error_says_the_same_on_a_page_and_in_a_fragment(app: Flask) -> None:
    words = [str(word) for word in ("D1", "D2", *(value for value in WORDS.values() if isinstance(value, str)))]
    for html in (PAGES["error"](), render_template("parts/error_fragment.html", **WORDS)):
        assert [word for word in words if f">{word}<" not in html] == []


def test_every_public_page_says_who_is_responsible(app: Flask) -> None:
    html = PAGES["public"]()
    for words in (
        CAMPAIGN.host_name,
        CAMPAIGN.standing_office,
        CAMPAIGN.support_phone,
        CAMPAIGN.support_hours,
        CAMPAIGN.responsible,
    ):
        assert words in html
    assert 'href="tel:02273831234"' in html
    assert "cuocthi-b3121d.css" in html
