"""Complaints are personal data: taken away by their senders, erased with them, with the files on the disk."""

from __future__ import annotations

from cuocthi.contributions import Erasure, Person
from cuocthi.files.domain import path_of
from cuocthi.jobs.models import Job
from cuocthi_inquiries.domain.evidence import FORGETTING, Sent, remove
from cuocthi_inquiries.domain.personal_data import GONE, erase, export
from cuocthi_inquiries.models import ComplaintState

from .conftest import BODY, PDF_FILE, Desk


def test_people_take_their_own_away_with_the_files(desk: Desk) -> None:
    desk.file(files=[Sent("a.pdf", PDF_FILE)])
    desk.file(desk.people[1], body="Khác")
    person = Person(desk.people[0].user_id, desk.people[0].id)
    parts = export(desk.ctx, campaign=desk.campaign, person=person, content=lambda stored: stored.name.encode())
    (part,) = [part for part in parts if part.key == "complaints"]
    assert [(row[0], row[1], row[3]) for row in part.rows] == [("KN-2024-0001", BODY, "")]
    assert list(part.files.values()) == [b"a.pdf"]
    stranger = Person(desk.make.user().id, None)
    assert [part.key for part in export(desk.ctx, campaign=desk.campaign, person=stranger)] == ["inquiries"]


def test_who_withdraws_is_forgotten_with_texts_and_files_and_holds_nothing_up(desk: Desk) -> None:
    complaint, other = desk.file(files=[Sent("a.pdf", PDF_FILE)]), desk.file(desk.people[1])
    stored = complaint.files[0].file
    digest = stored.sha256
    people = [Person(desk.people[0].user_id, desk.people[0].id)]
    for _ in range(2):
        erase(desk.ctx, campaign=desk.campaign, people=people, erasure=Erasure.WITHDRAWAL)
    desk.ctx.session.expire_all()
    assert (complaint.user_id, complaint.body, complaint.code, complaint.files) == (None, GONE, "", [])
    assert (complaint.state, complaint.withdrawn_at) == (ComplaintState.WITHDRAWN, desk.ctx.now)
    assert (complaint.name, other.body) == ("KN-2024-0001", BODY)
    assert (stored.name, stored.sha256, stored.created_by) == ("—", "", None)
    (job,) = [job for job in desk.ctx.session.query(Job).all() if job.kind == FORGETTING]
    assert path_of(desk.config.files, digest).exists(), "until it is certain"
    assert remove(desk.ctx, job.arguments, desk.config.files) == {"files": 1}
    assert not path_of(desk.config.files, digest).exists()
    assert remove(desk.ctx, job.arguments, desk.config.files) == {"files": 0}


def test_a_content_that_another_file_has_too_stays(desk: Desk) -> None:
    first = desk.file(files=[Sent("a.pdf", PDF_FILE)])
    desk.file(desk.people[1], files=[Sent("b.pdf", PDF_FILE)])
    digest = first.files[0].file.sha256
    people = [Person(desk.people[0].user_id, desk.people[0].id)]
    erase(desk.ctx, campaign=desk.campaign, people=people, erasure=Erasure.WITHDRAWAL)
    assert remove(desk.ctx, {"digests": [digest]}, desk.config.files) == {"files": 0}
    assert path_of(desk.config.files, digest).exists()


def test_after_a_campaigns_time_nobody_who_complained_is_known_and_award_records_are_not_asked(desk: Desk) -> None:
    complaint = desk.file()
    erase(desk.ctx, campaign=desk.campaign, people=[], erasure=Erasure.RECORDS)
    assert complaint.body == BODY
    erase(desk.ctx, campaign=desk.campaign, people=[], erasure=Erasure.RETENTION)
    desk.ctx.session.expire_all()
    assert (complaint.body, complaint.user_id) == (GONE, None)
