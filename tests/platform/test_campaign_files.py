"""Campaign files that cannot be used: every problem named with its place, in the reader's language, nothing changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns import files as campaign_files
from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.files import move_into_round, moved, read_folder, read_source, times, write_folder
from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import CampaignPart
from cuocthi.errors import Conflict, DomainError, InvalidData
from cuocthi.testing.plugins import make_plugin
from cuocthi.text import T
from cuocthi.units.models import Unit
from cuocthi.web.i18n import translate

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.context import Context
    from cuocthi.text import Text

MAIN = """format = 1
slug = "doc-sach"
plugins = ["diary"]

[campaign]
name = "Cuộc thi đọc sách"
host_name = "Thư viện tỉnh"

[categories]
readers = "Bạn đọc"

[[divisions]]
key = "a"
name = "Bảng A"

[[phases]]
key = "vong-1"
kind = "contest"
title = "Vòng 1"
number = 1
source = "diary"
windows = [{ opens = "2024-09-15 00:00", closes = "2024-09-30 17:00" }]

[[phases]]
key = "trao-giai"
kind = "ceremony"
title = "Trao giải"
windows = [{ opens = "2024-10-10 00:00", closes = "2024-10-10 24:00" }]

[[committees]]
key = "btc"
role = "organising"
title = "Ban Tổ chức"

[[documents]]
key = "kh"
kind = "plan"
title = "Kế hoạch"

[ranking]
counted = "first"

[diary]
files = ["pages"]
colour = "blue"
"""
UNITS = "code,parent,name,kind,block,aliases,readers\ntv,,Thư viện,,,,10\ntv-1,tv,Chi nhánh 1,,,,20\n"


def diary() -> ModuleType:
    """A contest format that keeps nothing and finds fault with every colour but blue."""

    def import_campaign(part: CampaignPart) -> None:
        if part.values["colour"] != "blue":
            raise InvalidData(T("No."), [T("This colour is not known.")])
        assert list(part.files) == ["pages/1.txt"]

    return make_plugin("diary", import_campaign, provides=frozenset({"results"}))


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [diary()]


def files(main: str = MAIN, units: str = UNITS) -> dict[str, bytes]:
    return {"campaign.toml": main.encode(), "units.csv": units.encode(), "pages/1.txt": b"", "secret.txt": b""}


def changed(old: str, new: str) -> dict[str, bytes]:
    assert MAIN.count(old) >= 1
    return files(MAIN.replace(old, new, 1))


def listed(units: str) -> dict[str, bytes]:
    return files(units=UNITS.splitlines()[0] + "\n" + units)


def rows(ctx: Context) -> list[int]:
    counting = (sa.select(sa.func.count()).select_from(model) for model in (Campaign, Unit, AuditEvent))
    return [ctx.session.scalar(one) or 0 for one in counting]


def said(problems: tuple[Text, ...]) -> str:
    return "\n".join(map(str, problems))


#: What is wrong, and what is said of it in English and in Vietnamese.
WRONG = {
    "no TOML": (files("[["), "campaign.toml is not valid TOML", "campaign.toml không đúng cú pháp TOML"),
    "nested without end": (files("a = " + "[" * 9000), "campaign.toml is not valid TOML", "TOML"),
    "no UTF-8": ({"campaign.toml": "câu".encode("utf-16")}, "must be written in UTF-8", "UTF-8"),
    "no campaign": ({"units.csv": b""}, "there is no campaign.toml", "không có campaign.toml"),
    "another form": (changed("format = 1", "format = 2"), "format must be 1, not 2", "format phải là 1"),
    "missing": (changed('slug = "doc-sach"', ""), "campaign.toml: “slug” is missing", "thiếu “slug”"),
    "unknown key": (changed('key = "btc"', 'key = "btc"\nx = 1'), "committees[0]: “x” is not known", "“x”"),
    "unknown table": (files(MAIN + "[essay]\n"), "“essay” is neither a known table", "“essay” không phải"),
    "no table": (files("diary = 3\n" + MAIN.replace("[diary]", "[diary2]")), "“diary” must be a table", "“diary”"),
    "text for number": (
        changed("number = 1", 'number = "một"'),
        "phases[0].number: it must be a whole number",
        "phases[0].number: phải là số nguyên",
    ),
    "endless number": (changed("number = 1", f"number = {10**30}"), "phases[0].number: it must be", "số nguyên"),
    "truth for number": (changed("format = 1", "format = true"), "format: it must be a whole number", "số nguyên"),
    "number for text": (
        changed('"Thư viện tỉnh"', "3"),
        "campaign.host_name: it must be a text",
        "campaign.host_name: phải là chuỗi ký tự",
    ),
    "text for list": (changed('["diary"]', '"diary"'), "plugins: it must be a list", "plugins: phải là danh sách"),
    "list for table": (changed('[campaign]\nname = "C', '[[campaign]]\nname = "C'), "campaign: it must be a table", ""),
    "ranking no table": (files("ranking = 3\n" + MAIN.replace("[ranking]\n", "")), "[ranking]", ""),
    "unknown choice": (
        changed('kind = "ceremony"', 'kind = "party"'),
        "phases[1].kind: it must be one of preparation, launch",
        "phases[1].kind: phải là một trong các giá trị preparation, launch",
    ),
    "refused setting": (changed('counted = "first"', "criteria = []"), "needs between 1 and 8 criteria", "tiêu chí"),
    "key twice": (
        changed('key = "trao-giai"', 'key = "vong-1"'),
        "phases: the key “vong-1” stands there twice",
        "mã “vong-1” bị lặp",
    ),
    "round twice": (
        changed('kind = "ceremony"', 'kind = "contest"\nnumber = 1\nsource = "diary"'),
        "two rounds have the number 1",
        "",
    ),
    "no moment": (changed("2024-09-30 17:00", "30/9/2024 17h"), "phases[0].windows[0]: “30/9/2024 17h”", "30/9/2024"),
    "no time": (changed("2024-09-30 17:00", "2024-09-30 25:00"), "phases[0].windows[0]: “25:00”", "“25:00”"),
    "beyond time": (changed("2024-09-30 17:00", "9999-12-31 24:00"), "phases[0].windows[0]: “24:00”", "“24:00”"),
    "closes first": (changed("2024-09-30 17:00", "2024-09-01 17:00"), "it must open before it closes", ""),
    "no window": (
        changed('[{ opens = "2024-09-15 00:00", closes = "2024-09-30 17:00" }]', "[]"),
        "phases[0].windows: at least one is needed",
        "",
    ),
    "a round of nothing": (changed('source = "diary"', 'source = "essay"'), "“essay” is not among the plugins", ""),
    "half a round": (changed("number = 1\n", ""), "phases[0]: a round needs a number and a source", ""),
    "replaces nothing": (
        changed('title = "Kế hoạch"', 'title = "Kế hoạch"\nreplaces = "kh"'),
        "documents[0].replaces: there is no other document “kh”",
        "",
    ),
    "out of the folder": (
        changed('["pages"]', '["../pages"]'),
        "[diary]: there is no folder “../pages”",
        "không có thư mục “../pages”",
    ),
    "no folder": (changed('["pages"]', "3"), "[diary]: there is no folder “3”", "“3”"),
    "a file, no folder": (changed('["pages"]', '["secret.txt"]'), "there is no folder “secret.txt”", ""),
    "refused by a plugin": (changed('"blue"', '"green"'), "diary: This colour is not known.", "diary: "),
    "parent missing": (listed("a,b,A,,,,1\n"), "units.csv: unit “a”: its parent “b” is not in the list", "units.csv"),
    "unit twice": (listed("a,,A,,,,1\na,,B,,,,1\n"), "unit “a” stands in the list twice", "hai lần"),
    "no number": (listed("a,,A,,,,-5\n"), "units.csv: line 2: “-5” is no number of readers", "units.csv"),
    "no possible number": (listed(f"a,,A,,,,{10**20}\n"), "units.csv: line 2", ""),
    "unknown category": (
        files(units=UNITS.replace("readers", "writers")),
        "units.csv has a column “writers”, which is no category",
        "“writers”",
    ),
}


def test_a_file_that_cannot_be_used_is_refused_in_words_and_changes_nothing(ctx: Context, app: Flask) -> None:
    for what, (given, english, vietnamese) in WRONG.items():
        with pytest.raises(InvalidData) as refused:
            import_campaign(ctx, files=given)
        assert english in said(refused.value.problems), what
        with app.app_context():
            words = [translate(text) for text in (refused.value.message, *refused.value.problems)]
        assert vietnamese in "\n".join(words), what
        assert words[0] == "Không dùng được tệp cuộc thi này; chưa có gì thay đổi."
        assert rows(ctx) == [0, 0, 0], what


def test_all_problems_are_named_at_once() -> None:
    main = MAIN.replace('"ceremony"', '"party"').replace("number = 1", "number = true") + "[essay]\n"
    with pytest.raises(InvalidData) as refused:
        read_source(files(main, UNITS.replace("20", "x")))
    assert len(refused.value.problems) == 4


#: What a form would have refused: (what stands there, what is put there).
BEYOND_A_FORM = [
    ('slug = "doc-sach"', 'slug = "../doc-sach"'),
    ('name = "Cuộc thi đọc sách"', 'name = " "'),
    ('name = "Cuộc thi đọc sách"', f'name = "{"x" * 301}"'),
    ('title = "Vòng 1"', 'title = "Vòng 1\\u0000"'),
    ('title = "Vòng 1"', f'title = "{"x" * 5000}"'),
    ('host_name = "Thư viện tỉnh"', 'host_name = "Thư viện tỉnh"\naccent = "no colour"'),
    ("readers = ", f"{'r' * 41} = "),
    ('readers = "Bạn đọc"', 'readers = ""'),
]


def test_what_the_pages_would_refuse_is_refused_in_a_file_too(ctx: Context) -> None:
    units = UNITS.splitlines()[0].replace(",readers", "") + "\n"
    for old, new in BEYOND_A_FORM:
        with pytest.raises(DomainError):
            import_campaign(ctx, files={**changed(old, new), "units.csv": units.encode()})
        assert rows(ctx) == [0, 0, 0], new


def test_an_address_that_is_taken_is_refused_and_another_one_can_be_given(ctx: Context) -> None:
    import_campaign(ctx, files=files())
    before = rows(ctx)
    with pytest.raises(Conflict):
        import_campaign(ctx, files=files())
    assert rows(ctx) == before
    assert import_campaign(ctx, files=files(), slug="doc-sach-2").slug == "doc-sach-2"


def test_a_part_of_a_plugin_that_is_not_installed_is_refused_by_name(ctx: Context) -> None:
    given = files(MAIN.replace('["diary"]', '["diary", "essay"]') + "[essay]\n")
    with pytest.raises(InvalidData) as refused:
        import_campaign(ctx, files=given)
    assert "“essay” is not installed" in said(refused.value.problems)
    assert rows(ctx) == [0, 0, 0]


def test_what_a_file_leaves_out_is_left_out_again(ctx: Context) -> None:
    first = export_campaign(ctx, campaign=import_campaign(ctx, files=files()))
    assert b"tagline" not in first["campaign.toml"]
    second = export_campaign(ctx, campaign=import_campaign(ctx, files=first, slug="again"))
    assert second["campaign.toml"].replace(b'"again"', b'"doc-sach"') == first["campaign.toml"]


# --- folders ---


def test_a_folder_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_folder(tmp_path / "campaign", files())
    assert read_folder(tmp_path / "campaign") == files()


def test_a_folder_without_a_campaign_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidData) as refused:
        read_folder(tmp_path)
    assert f"{tmp_path} holds no campaign.toml" in said(refused.value.problems)


def test_a_huge_folder_is_not_read(tmp_path: Path) -> None:
    write_folder(tmp_path, files())
    with (tmp_path / "film.mp4").open("wb") as film:
        film.truncate(campaign_files.LARGEST + 1)
    with pytest.raises(InvalidData) as refused:
        read_folder(tmp_path)
    assert "larger than 20 MB" in said(refused.value.problems)


# --- moving a campaign to now ---


@pytest.mark.parametrize(
    "now", [datetime(2024, 9, 20, 12, tzinfo=LOCAL_ZONE), datetime(2031, 2, 28, 23, 59, tzinfo=LOCAL_ZONE)]
)
@pytest.mark.parametrize("days_left", [1, 3, 10])
def test_a_campaign_is_moved_by_whole_days_so_that_its_round_is_open(now: datetime, days_left: int) -> None:
    core = read_source(files()).core
    span = times(moved(core, move_into_round(core, now, days_left)).phases[0].windows[0])
    assert span.opens_at <= now < span.closes_at
    assert abs(span.closes_at - now - timedelta(days=days_left)) <= timedelta(hours=12)


def test_the_first_round_to_close_decides_how_far_a_campaign_is_moved(ctx: Context) -> None:
    second = MAIN.replace(
        "[[committees]]",
        """[[phases]]
key = "vong-2"
kind = "contest"
title = "Vòng 2"
number = 2
source = "diary"
windows = [{ opens = "2024-10-01 00:00", closes = "2024-10-05 17:00" }]

[[committees]]""",
    )
    now = datetime(2024, 9, 27, 17, tzinfo=LOCAL_ZONE)
    core = read_source(files(second)).core
    assert moved(core, move_into_round(core, now, 3)) == core


def test_a_campaign_without_a_round_cannot_be_moved() -> None:
    main = (
        MAIN.replace('kind = "contest"', 'kind = "launch"')
        .replace("number = 1\n", "")
        .replace('source = "diary"\n', "")
    )
    with pytest.raises(InvalidData) as refused:
        move_into_round(read_source(files(main)).core, datetime(2024, 9, 27, tzinfo=LOCAL_ZONE), 3)
    assert "the campaign has no round" in said(refused.value.problems)
