"""The register of false information: cases with their captures, and what was said against them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest

from cuocthi.contributions import Browser, Role
from cuocthi.errors import Missing
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session
from cuocthi_inquiries.domain.register import CaseFacts, edit, enter
from cuocthi_inquiries.domain.statements import publish
from cuocthi_inquiries.models import StatementKind
from cuocthi_inquiries.queries import cases

from .conftest import BASE, Counter, Office, on_one_database

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.users.models import User

SignIn = Callable[["User"], Browser]
FACTS = CaseFacts("Phải nộp 50.000 đồng để dự thi", "https://gia-mao.example/thi", date(2024, 9, 18))
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def test_a_case_is_open_until_there_is_an_outcome_and_each_change_is_on_record(office: Office) -> None:
    case = enter(office.staff, campaign=office.campaign, facts=FACTS, capture=None)
    done = CaseFacts(FACTS.claim, FACTS.place, FACTS.found_on, "Sai sự thật", "Công an tỉnh", "Đã gỡ")
    for _ in range(2):
        edit(office.staff, campaign=office.campaign, case_id=case.id, facts=done, capture=None)
    assert (case.outcome, case.entered_by) == ("Đã gỡ", office.support.id)
    assert office.log() == [("inquiries:register:edit", office.support.id)] * 2


@on_one_database
def test_a_correction_names_a_case_of_its_own_campaign(office: Office) -> None:
    case = enter(office.staff, campaign=office.campaign, facts=FACTS, capture=None)
    kind = StatementKind.CORRECTION
    said = publish(office.staff, campaign=office.campaign, kind=kind, heading="A", body="B", case_id=case.id)
    assert said.case_id == case.id
    elsewhere = office.make.campaign(plugins=("inquiries",))
    with pytest.raises(Missing):
        publish(office.staff, campaign=elsewhere, kind=kind, heading="A", body="B", case_id=case.id)
    with pytest.raises(Missing):
        edit(office.staff, campaign=elsewhere, case_id=case.id, facts=FACTS, capture=None)


def client_of(office: Office, app: Flask, user: User) -> FlaskClient:
    token = start_session(office.ctx, user_id=user.id, device="test", hours=1)
    office.ctx.session.commit()
    client = app.test_client()
    browser_over(client, session_token=token)
    return client


def send(client: FlaskClient, capture: bytes, name: str, media_type: str = "image/png") -> TestResponse:
    page = client.get(f"{BASE}staff/register/new").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    fields = {"claim": FACTS.claim, "place": FACTS.place, "found_on": "2024-09-18", "csrf_token": token[1]}
    file = (io.BytesIO(capture), name, media_type)
    return client.post(f"{BASE}staff/register/new", data={**fields, "capture": file})


#: What is no picture or PDF, whatever the browser says of it: (name, content, said).
HOSTILE = [
    ("anh.png", b"<html>", "image/png"),
    ("virus.exe", b"MZ\x90\0\3", "text/plain"),
    ("virus.exe", PNG, "image/png"),
    ("anh.png.exe", PNG, "image/png"),
    ("anh.pdf", PNG, "application/pdf"),
    ("anh.zip", b"PK\x05\x06" + bytes(18), "application/zip"),
    ("ghi-chu.txt", b"xin chao", "text/plain"),
]


@on_one_database
def test_a_capture_is_a_picture_or_a_pdf_whatever_the_browser_says(office: Office, app: Flask) -> None:
    support = client_of(office, app, office.support)
    for name, content, said in HOSTILE:
        answer = send(support, content, name, said)
        assert (answer.status_code, 'href="#capture"' in answer.text) == (422, True), (name, said)
    assert ".png, .jpg, .jpeg, .pdf" in send(support, b"x", "ghi-chu.txt").text
    assert list(cases(office.ctx, campaign_id=office.campaign.id)) == []


@on_one_database
def test_a_capture_is_for_the_committees(
    office: Office, app: Flask, client: FlaskClient, sign_in: SignIn, resident: User
) -> None:
    support = client_of(office, app, office.support)
    assert send(support, PNG, "anh.png").status_code == 302
    (case,) = cases(office.ctx, campaign_id=office.campaign.id)
    assert case.capture
    address = f"/c/hoi-thi/files/{case.capture.id}/anh.png"
    office.ctx.session.commit()
    page = support.get(f"{BASE}staff/register/").text
    assert address in page
    assert f'href="{FACTS.place}"' not in page, "nobody follows it by accident"
    assert support.get(address).data == PNG
    assert client.get(address).status_code == 302
    assert sign_in(resident).get(address)[0] == 403
    assert client.get(f"{BASE}staff/register/").status_code == 302


@on_one_database
def test_who_oversees_reads_the_register_and_changes_nothing(office: Office, sign_in: SignIn) -> None:
    case = enter(office.staff, campaign=office.campaign, facts=FACTS, capture=None)
    watching = sign_in(office.make.member(office.campaign, Role.OVERSIGHT))
    status, page = watching.get(f"{BASE}staff/register/")
    assert (status, FACTS.claim in page, f"register/{case.id}" in page) == (200, True, False)
    assert watching.get(f"{BASE}staff/register/{case.id}")[0] == 403


@on_one_database
def test_a_case_is_changed_by_the_pages_and_leads_to_official_information(office: Office, sign_in: SignIn) -> None:
    case = enter(office.staff, campaign=office.campaign, facts=FACTS, capture=None)
    browser = sign_in(office.organiser)
    there = f"{BASE}staff/register/{case.id}"
    assert FACTS.place in browser.get(there)[1]
    fields = {"claim": FACTS.claim, "place": FACTS.place, "found_on": "2024-09-18"}
    for wrong in ("hôm qua", "1800-01-01", "2190-01-01"):
        status, page = browser.post(there, {**fields, "found_on": wrong})
        assert (status, 'href="#found_on"' in page) == (422, True), wrong
    status, page = browser.post(there, {**fields, "outcome": "Đã gỡ bài"})
    assert (status, "Đã gỡ bài" in page) == (200, True)
    assert f"{BASE}staff/correction/new?case_id={case.id}" in page


@on_one_database
def test_the_number_of_statements_is_constant(office: Office, sign_in: SignIn, statements: Counter) -> None:
    browser, counts = sign_in(office.support), []
    for number in (1, 2):
        for _ in range(number):
            enter(office.staff, campaign=office.campaign, facts=FACTS, capture=None)
        office.ctx.session.commit()
        browser.get(f"{BASE}staff/register/")
        statements()
        browser.get(f"{BASE}staff/register/")
        counts.append(statements())
    assert counts[0] == counts[1]
