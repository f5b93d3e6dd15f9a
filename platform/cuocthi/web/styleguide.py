"""The style guide: every part a page can be made of, with the long names of real life, on one page.

``flask --app cuocthi.web.styleguide:sample_app run`` shows it to developers, without a database; tests look at it
with a browser.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, render_template, request
from jinja2 import StrictUndefined
from wtforms import (
    BooleanField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
    widgets,
)

from cuocthi.web import i18n, security_headers
from cuocthi.web.assets import STATIC, Assets
from cuocthi.web.fields import select_choices
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

UNITS = (
    "Sở Thông tin và Truyền thông",
    "Ủy ban nhân dân huyện Quỳnh Phụ",
    "Trung tâm Phục vụ hành chính công tỉnh",
    "Ban Quản lý Khu kinh tế và các khu công nghiệp tỉnh",
)
NAMES = ("Nguyễn Thị Phương Thảo", "Trần Quốc Khánh", "Phạm Ngọc Minh Nguyệt Ánh", "Lê Văn Đức", "Đỗ Thị Huyền")


class SampleForm(Form):
    """One field of each kind."""

    name = StringField("Họ và tên", [validators.InputRequired()], description="Viết đầy đủ, có dấu, như trên giấy tờ.")
    phone = StringField("Số điện thoại hoặc thư điện tử", [validators.InputRequired()])
    minutes = IntegerField("Thời gian làm bài", [validators.InputRequired()])
    unit = SelectField(
        "Đơn vị",
        [validators.Optional()],
        choices=select_choices((unit, unit) for unit in UNITS),
    )
    note = TextAreaField("Ghi chú", [validators.Optional()])
    category = RadioField(
        "Bạn dự thi với tư cách",
        [validators.InputRequired(message="Hãy chọn một mục.")],
        choices=select_choices(
            [("official", "Cán bộ, công chức, viên chức"), ("resident", "Người dân trên địa bàn tỉnh")]
        ),
    )
    topics = SelectMultipleField(
        "Chủ đề",
        [validators.Optional()],
        choices=select_choices([("data", "Dữ liệu cá nhân"), ("services", "Dịch vụ công trực tuyến")]),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    consent = BooleanField(
        "Tôi đã đọc và đồng ý với Thể lệ Cuộc thi", [validators.InputRequired(message="Cần đồng ý để dự thi.")]
    )


def sample_table(args: Mapping[str, str]) -> Table:
    """Return a table of invented participants, paged and sorted by ``args``."""
    table = Table(
        id="participants",
        path="/styleguide",
        args=args,
        columns=[
            Column("name", "Họ và tên", sortable=True, cell=itemgetter("name")),
            Column("unit", "Đơn vị", cell=itemgetter("unit")),
            Column("score", "Điểm", sortable=True, kind="number"),
            Column("handed_in", "Nộp bài", sortable=True, kind="moment"),
            Column("state", "Trạng thái", kind="status"),
        ],
        sort="-score",
        filters=[Filter("unit", "Đơn vị", [(unit, unit) for unit in UNITS])],
        per_page=5,
    )
    start = datetime(2024, 9, 28, 2, 30, tzinfo=UTC)
    rows = [
        {
            "name": name,
            "unit": UNITS[number % len(UNITS)],
            "score": 20 - number,
            "handed_in": start + timedelta(minutes=37 * number, seconds=11 * number),
            "state": "ok" if number != 2 else "warn",  # noqa: PLR2004 - one of them is different
        }
        for number, name in enumerate(NAMES)
    ]
    return table.show(rows, total=12486)


def context(args: Mapping[str, str]) -> dict[str, Any]:
    """Return what the template ``styleguide.html`` needs beyond what every page has."""
    empty = SampleForm()
    wrong = SampleForm(prefix="wrong-")
    wrong.validate()
    now = datetime(2024, 10, 2, 6, 10, tzinfo=UTC)
    return {
        "table": sample_table(args),
        "nothing": Table(
            id="nothing",
            path="/styleguide",
            args={},
            columns=[Column("name", "Họ và tên")],
            sort="name",
            searchable=False,
        ),
        "empty_form": empty,
        "wrong_form": wrong,
        "now": now,
        "closes": now + timedelta(days=3, hours=4, minutes=2),
        "paper_ends": now + timedelta(minutes=11, seconds=42),
        "icon_names": (STATIC / "icons.txt").read_text("utf-8").split(),
    }


def sample_app() -> Flask:
    """Return an application with the style guide as its one page, in front of the same headers as the real one."""
    app = Flask("styleguide", root_path=str(Path(__file__).parent), static_folder=None)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    Assets({}).init_app(app)
    i18n.init_app(app, [("cuocthi", Path(__file__).parents[1] / "translations")])
    security_headers.init_app(app)

    @app.context_processor
    def common() -> dict[str, Any]:
        return {"site_name": "Cuộc thi trực tuyến", "campaign": None, "nav": [], "locale": i18n.language()}

    @app.route("/styleguide")
    def show() -> str:
        return render_template("styleguide.html", **context(request.args))

    return app
