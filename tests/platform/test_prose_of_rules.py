"""Organisers write around the generated clauses of the rules and between them, and never in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.copying import Edition, copy_campaign
from cuocthi.campaigns.exchange import export_campaign
from cuocthi.campaigns.files import read_source
from cuocthi.campaigns.settings import SettingsError
from cuocthi.contributions import Role, RuleClause
from cuocthi.enrolments.domain import accept_rules
from cuocthi.errors import Conflict, Missing
from cuocthi.rules.comparing import clauses_of, differences, reordered
from cuocthi.rules.domain import compose, issue_rules
from cuocthi.rules.prose import OWN, Clause, OwnClause, Prose, RulesProse, with_prose, without_a_clause
from cuocthi.rules.queries import rules_due
from cuocthi.rules.writing import (
    add_clause,
    edit_clause,
    load_prose,
    own_clause,
    prose_around,
    remove_clause,
    seen,
    write_around,
)
from cuocthi.timelines.moving import unmoved

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

RULES, STAFF = "/c/thai-binh/rules", "/c/thai-binh/staff/rules"
GENERATED = [RuleClause(key, key.title(), f"Body of {key}.") for key in ("name", "entrants", "final")]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh")


@pytest.fixture
def organiser(make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]) -> Browser:
    browser = sign_in(make.member(campaign))
    assert browser.get(STAFF)[0] == 200
    return browser


def write(ctx: Context, campaign: Campaign, clause: str = "entrants", *, before: str = "", after: str = "") -> None:
    prose = prose_around(load_prose(ctx, campaign=campaign), clause)
    write_around(
        ctx, campaign=campaign, clause=clause, heading="Đối tượng dự thi", before=before, after=after,
        opened_with=seen(prose),
    )  # fmt: skip


def composed(ctx: Context, campaign: Campaign) -> dict[str, Clause]:
    return {clause.key: clause for clause in compose(ctx, campaign=campaign, write=str)}


# --- where it stands ---


keys = st.sampled_from(["a", "b", "c", "d"])
places = st.sampled_from(["", "name", "entrants", "final", "gone", "own-a", "own-b", "own-c", "own-d"])
own_clauses = st.lists(st.tuples(keys, places), unique_by=lambda pair: pair[0]).map(
    lambda pairs: tuple(OwnClause(key, key, key, place) for key, place in pairs)
)


@given(own_clauses)
def test_every_clause_stands_there_once_and_the_generated_ones_keep_their_order(own: tuple[OwnClause, ...]) -> None:
    found = [clause.key for clause in with_prose(GENERATED, RulesProse(clauses=own))]
    assert sorted(found) == sorted([*(clause.key for clause in GENERATED), *(one.clause for one in own)])
    assert [key for key in found if not key.startswith(OWN)] == ["name", "entrants", "final"]


def test_a_clause_stands_where_it_was_put_and_at_the_end_when_its_place_is_gone() -> None:
    own = (OwnClause("x", "X", "x", "entrants"), OwnClause("y", "Y", "y", "own-x"), OwnClause("z", "Z", "z", "gone"))
    found = [clause.key for clause in with_prose(GENERATED, RulesProse(clauses=own))]
    assert found == ["name", "entrants", "own-x", "own-y", "final", "own-z"]


def test_prose_stands_around_its_clause_and_the_generated_sentences_stay_apart() -> None:
    prose = RulesProse(around=(Prose("entrants", "Trước.", "Sau."), Prose("gone", after="Mồ côi.")))
    (clause,) = [clause for clause in with_prose(GENERATED, prose) if clause.key == "entrants"]
    assert (clause.before, clause.body, clause.after) == ("Trước.", "Body of entrants.", "Sau.")
    assert clause.text == "Trước.\n\nBody of entrants.\n\nSau."
    assert [one.clause for one in without_a_clause(GENERATED, prose)] == ["gone"]


@pytest.mark.parametrize(
    "values",
    [
        {"heading": " "},
        {"heading": "x" * 201},
        {"heading": "hai\ndòng"},
        {"body": " "},
        {"body": "x" * 20_001},
        {"key": "Có dấu"},
    ],
)
def test_a_clause_that_cannot_be_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        OwnClause(**({"key": "x", "heading": "X", "body": "x"} | values))


# --- writing ---


def test_prose_is_written_kept_in_versions_and_on_record(ctx: Context, campaign: Campaign) -> None:
    write(ctx, campaign, after="Người nước ngoài cư trú trên địa bàn cũng được dự thi.")
    write(ctx, campaign, before="Theo Kế hoạch:", after="Người nước ngoài cư trú trên địa bàn cũng được dự thi.")
    found = composed(ctx, campaign)["entrants"]
    assert found.before == "Theo Kế hoạch:"
    events = ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "core:rules:write")).all()
    assert [(event.before, event.after) for event in events] == [
        ({"text_after": ""}, {"text_after": "Người nước ngoài cư trú trên địa bàn cũng được dự thi."}),
        ({"text_before": ""}, {"text_before": "Theo Kế hoạch:"}),
    ]
    write(ctx, campaign)
    assert load_prose(ctx, campaign=campaign) == RulesProse()


def test_nobody_writes_over_what_they_have_not_seen(ctx: Context, campaign: Campaign) -> None:
    opened = seen(prose_around(load_prose(ctx, campaign=campaign), "entrants"))
    write(ctx, campaign, after="Của người khác.")
    with pytest.raises(Conflict):
        write_around(
            ctx, campaign=campaign, clause="entrants", heading="", before="", after="Của tôi.", opened_with=opened
        )
    write(ctx, campaign, "name", after="Mục khác thì được.")
    assert composed(ctx, campaign)["entrants"].after == "Của người khác."


def test_clauses_of_ones_own_are_added_changed_moved_and_removed(ctx: Context, campaign: Campaign) -> None:
    first = add_clause(ctx, campaign=campaign, heading="Khiếu nại, tố cáo", body="Gửi Ban Tổ chức.", after="results")
    second = add_clause(ctx, campaign=campaign, heading="Khiếu nại, tố cáo", body="Khác.", after=first)
    assert (first, second) == ("own-khieu-nai-to-cao", "own-khieu-nai-to-cao-2")
    order = list(composed(ctx, campaign))
    assert order[order.index("results") :][:3] == ["results", first, second]

    own = own_clause(load_prose(ctx, campaign=campaign), second)
    edit_clause(
        ctx, campaign=campaign, clause=second, heading="Bảo mật", body="Mới.", after="", opened_with=seen(own)
    )  # fmt: skip
    assert next(iter(composed(ctx, campaign))) == second
    with pytest.raises(Conflict):
        edit_clause(ctx, campaign=campaign, clause=second, heading="B", body="b", after="", opened_with=seen(own))

    third = add_clause(ctx, campaign=campaign, heading="Sau", body="Sau.", after=first)
    remove_clause(ctx, campaign=campaign, clause=first)
    order = list(composed(ctx, campaign))
    assert order[order.index("results") + 1] == third, "what stood after it moves up"
    with pytest.raises(Missing):
        remove_clause(ctx, campaign=campaign, clause=first)


def test_prose_goes_along_in_the_file_and_to_the_next_year(ctx: Context, campaign: Campaign) -> None:
    write(ctx, campaign, before="Một đoạn.\n\n- có dòng\n- và “dấu”", after='"ngoặc" \\ gạch')
    add_clause(ctx, campaign=campaign, heading="Khiếu nại", body="Gửi Ban Tổ chức.", after="results")
    prose = load_prose(ctx, campaign=campaign)
    assert read_source(export_campaign(ctx, campaign=campaign)).core.rules == prose
    edition = Edition(slug="nam-sau", name="Cuộc thi năm sau", host_name="Sở", move=unmoved)
    assert load_prose(ctx, campaign=copy_campaign(ctx, campaign=campaign, edition=edition)) == prose


# --- versions ---


def test_an_issued_version_keeps_the_prose_and_tells_it_from_what_follows_from_the_settings(
    ctx: Context, campaign: Campaign
) -> None:
    plain = issue_rules(ctx, campaign=campaign, write=str)
    write(ctx, campaign, after="Thêm một câu.")
    add_clause(ctx, campaign=campaign, heading="Khiếu nại", body="Gửi Ban Tổ chức.", after="results")
    worded = issue_rules(ctx, campaign=campaign, write=str, material=False, reason="Thêm lời")
    write(ctx, campaign)
    campaign.audience = "Người dân trên địa bàn."
    changed = issue_rules(ctx, campaign=campaign, write=str, reason="Đổi đối tượng")

    before, after, last = (clauses_of(version.clauses) for version in (plain, worded, changed))
    assert [(one.heading, one.generated) for one in differences(before, after)] == [
        ("Đối tượng dự thi", False),
        ("Khiếu nại", False),
    ]
    assert [one.generated for one in differences(after, last)] == [True]
    assert not reordered(before, last)
    assert (plain.material, worded.material, changed.material) == (True, False, True)


def test_differences_are_told_word_by_word() -> None:
    (one,) = differences([Clause("a", "A", "Mỗi người 1 lượt.")], [Clause("a", "A", "Mỗi người 3 lượt.")])
    assert [(kind, text) for kind, text in one.words if kind != "same"] == [("del", "1"), ("ins", "3")]
    long = "\n\n".join(" ".join(f"từ{word * 7 % 501}" for word in range(part, part + 400)) for part in range(10))
    (one,) = differences([Clause("a", "A", long)], [Clause("a", "A", long.replace("từ7 ", "chữ7 "))])
    assert "".join(text for kind, text in one.words if kind != "ins") == long
    assert len(one.words) < 40, "paragraphs that are too long to compare stand there whole, before and after"
    gone = differences([Clause("a", "A", "a")], [])
    assert [(one.heading, one.later) for one in gone] == [("A", None)]


def test_differences_show_the_text_without_its_marks_and_fold_what_stays() -> None:
    before = "**Giải cá nhân**\n\nMỗi người một giải.\n\n- 01 giải Nhất;\n- 02 giải Nhì."
    (one,) = differences([Clause("a", "A", before)], [Clause("a", "A", before.replace("02", "03"))])
    assert one.words[0] == ("kept", "Giải cá nhân\n\nMỗi người một giải.\n\n")
    assert [(kind, text) for kind, text in one.words if kind in {"del", "ins"}] == [("del", "02"), ("ins", "03")]
    (laid_out,) = differences([Clause("a", "A", before)], [Clause("a", "A", before.replace("**", ""))])
    assert {kind for kind, _ in laid_out.words} == {"kept"}


def test_the_page_of_a_change_folds_what_stays_and_counts_the_clauses_that_did(
    ctx: Context, campaign: Campaign, sign_in: Callable[[User], Browser], make: Factories
) -> None:
    issue_rules(ctx, campaign=campaign, write=str)
    campaign.audience = "Cán bộ và **người dân**"
    issue_rules(ctx, campaign=campaign, write=str)
    reader = make.user()
    ctx.session.commit()
    page = sign_in(reader).get("/c/thai-binh/rules/2/changes")[1]
    assert "Đối tượng dự thi" in page
    assert "**người" not in page
    assert "Bảo vệ dữ liệu cá nhân" not in page
    assert "điều không thay đổi" in page


def test_people_are_asked_again_only_after_a_material_change(ctx: Context, make: Factories, campaign: Campaign) -> None:
    first = issue_rules(ctx, campaign=campaign, write=str, material=False)
    assert first.material, "whatever the first version says is new"
    enrolment = make.enrolment(campaign)
    assert rules_due(ctx, campaign_id=campaign.id, accepted_id=enrolment.rules_version_id) is first
    accept_rules(ctx, enrolment=enrolment, version=first)

    def due(text: str, *, material: bool) -> int | None:
        write(ctx, campaign, after=text)
        issue_rules(ctx, campaign=campaign, write=str, material=material)
        found = rules_due(ctx, campaign_id=campaign.id, accepted_id=enrolment.rules_version_id)
        return found.number if found else None

    assert due("một", material=False) is None
    assert due("hai", material=True) == 3
    assert due("ba", material=False) == 4, "who missed a material change accepts the newest version"


# --- pages ---


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found
    return found[1]


def test_prose_is_edited_on_the_page_and_read_by_everybody_once_issued(
    ctx: Context, campaign: Campaign, organiser: Browser, client: FlaskClient
) -> None:
    organiser.post(STAFF, {"document": ""})
    address = f"{STAFF}/clauses/entrants"
    page = organiser.get(address)[1]
    assert "Tự động tạo từ các thiết lập" in page
    status, page = organiser.post(address, {"before": "", "after": "**Thêm** một câu.", "seen": field(page, "seen")})
    assert (status, "notice-ok" in page) == (200, True)
    assert "<strong>Thêm</strong> một câu." in page
    assert "<ins>" in page, "what is not issued yet is shown against the version in force"
    assert "Thêm" not in client.get(RULES).text
    stale = organiser.post(address, {"before": "", "after": "Khác.", "seen": "x"})
    assert (stale[0], "Khác." in stale[1]) == (422, True)

    assert organiser.post(STAFF, {"document": "", "kind": "editorial", "reason": ""})[0] == 422
    status, _ = organiser.post(STAFF, {"document": "", "kind": "editorial", "reason": "Thêm một câu cho rõ"})
    assert status == 200
    public = client.get(RULES).text
    assert "<strong>Thêm</strong> một câu." in public
    assert f'href="{RULES}/2/changes"' in public
    changes = client.get(f"{RULES}/2/changes").text
    assert "Thêm một câu cho rõ" in changes
    assert "<ins>" in changes
    assert client.get(f"{RULES}/1/changes").status_code == 302
    assert "Thông báo thay đổi Thể lệ" not in client.get("/c/thai-binh/").text, "wording is no news"


def test_a_clause_of_ones_own_is_added_and_removed_on_the_page(organiser: Browser) -> None:
    page = organiser.get(f"{STAFF}/new?after=results")[1]
    assert re.search(r'<option selected value="results">', page)
    sent = {"heading": "Khiếu nại", "body": "Gửi Ban Tổ chức.", "place": "results"}
    assert organiser.post(f"{STAFF}/new", sent | {"heading": ""})[0] == 422
    status, page = organiser.post(f"{STAFF}/new", sent)
    assert (status, "Gửi Ban Tổ chức." in page) == (200, True)
    address = f"{STAFF}/clauses/own-khieu-nai"
    page = organiser.get(address)[1]
    sent |= {"body": "Gửi Tổ Giúp việc.", "place": "", "seen": field(page, "seen")}
    assert "Gửi Tổ Giúp việc." in organiser.post(address, sent)[1]
    assert "Gửi Tổ Giúp việc." not in organiser.post(f"{address}/remove", {})[1]
    assert organiser.get(address)[0] == 404


def test_prose_whose_clause_is_gone_is_pointed_out_until_it_is_moved(
    ctx: Context, campaign: Campaign, organiser: Browser
) -> None:
    campaign.content = "Chuyển đổi số."
    write(ctx, campaign, "content", after="Câu này phải giữ.")
    campaign.content = ""
    ctx.session.commit()
    page = organiser.get(STAFF)[1]
    address = f"{STAFF}/clauses/content"
    assert "Câu này phải giữ." in page
    assert f'href="{address}"' in page
    seen_ = field(organiser.get(address)[1], "seen")
    page = organiser.post(address, {"before": "", "after": "", "seen": seen_})[1]
    assert "Câu này phải giữ." not in page
    assert organiser.get(address)[0] == 404
    assert organiser.post(address, {"before": "", "after": "x", "seen": seen_})[0] == 404, "no prose for no clause"


def test_only_who_issues_the_rules_writes_them(
    make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    jury = sign_in(make.member(campaign, Role.JURY))
    assert f"{STAFF}/clauses/" not in jury.get(STAFF)[1]
    for path in ("clauses/entrants", "new"):
        assert jury.get(f"{STAFF}/{path}")[0] == 403
    support = sign_in(make.member(campaign, Role.SUPPORT))
    assert support.get(f"{STAFF}/clauses/entrants")[0] == 200


def test_an_old_version_without_prose_is_read_as_it_was() -> None:
    kept = {"key": "name", "heading": "Tên gọi", "body": "Cuộc thi."}
    assert Clause.from_stored(kept).stored() == kept
    full = replace(Clause.from_stored(kept), before="Trước.", own=True)
    assert Clause.from_stored(full.stored()) == full
