"""Pictures in Moodle XML, Word and QTI: taken out, brought to the keys of the bank, and written beside texts again."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from tests.quiz.conftest import question
from tests.quiz.pictures import jpeg, png

from cuocthi_quiz.domain.exchange.album import Album, settled
from cuocthi_quiz.domain.exchange.drafts import Content
from cuocthi_quiz.domain.exchange.formats import FORMATS
from cuocthi_quiz.domain.exchange.losses import losses
from cuocthi_quiz.domain.exchange.moodle import read_moodle
from cuocthi_quiz.domain.exchange.packing import packed, unpacked
from cuocthi_quiz.domain.exchange.qti import read_qti
from cuocthi_quiz.domain.exchange.word import read_docx
from cuocthi_quiz.domain.kinds.hotspot import Hotspot, Region
from cuocthi_quiz.models import QuestionType

from .documents import docx, run, unzipped, zipped
from .test_foreign_texts import TRUE, moodle
from .test_qti import MANIFEST, item

MAP, LOGO = png(4, 3), jpeg(5, 2)
TOPICS = {"safety": "An toàn dữ liệu"}


def digest(picture: bytes) -> str:
    return sha256(picture).hexdigest()


def beside(name: str, picture: bytes) -> str:
    return f'<file name="{name}" path="/" encoding="base64">{b64encode(picture).decode()}</file>'


def shown_in_moodle(address: str, *files: str) -> Content:
    text = f'<p>Xem <img src="{address}" alt="Bản [đồ]" width="90">?</p>'
    raw = moodle("truefalse", TRUE, text).decode()
    return read_moodle(raw.replace("</text></questiontext>", "</text>" + "".join(files) + "</questiontext>").encode())


def test_moodle_has_pictures_beside_the_text() -> None:
    content = shown_in_moodle("@@PLUGINFILE@@/ban%20do.png?time=1", beside("ban do.png", MAP), beside("x.png", LOGO))
    assert content.drafts[0].text == "Xem ![Bản đồ](picture:ban-do)?"
    assert content.pictures == {"ban-do": MAP}
    assert content.drafts[0].notes == ()


def test_a_picture_may_stand_in_the_text_itself_and_one_without_a_name_is_called_by_its_content() -> None:
    address = "data:image/png;base64," + b64encode(MAP).decode()
    for content in (shown_in_moodle(address), shown_in_moodle("@@PLUGINFILE@@/image.png", beside("image.png", MAP))):
        assert content.pictures == {f"hinh-{digest(MAP)[:8]}": MAP}


@pytest.mark.parametrize(
    ("picture", "reason"),
    [(b"GIF89a", "neither PNG nor JPEG"), (MAP + b"\0" * 1_000_000, "at most 1000 kB"), (None, "not taken over")],
)
def test_what_no_bank_takes_is_said_and_its_words_stay(picture: bytes | None, reason: str) -> None:
    files = [beside("a.png", picture)] if picture else []
    content = shown_in_moodle("@@PLUGINFILE@@/a.png", *files)
    (note,) = content.drafts[0].notes
    assert (reason in str(note), content.pictures) == (True, {})
    assert content.drafts[0].text == "Xem  Bản [đồ] ?"


RELATIONS = """<Relationships><Relationship Id="rId7" Target="media/image1.png"/>
<Relationship Id="rId8" Target="/word/media/so-do.jpeg"/></Relationships>"""


def drawing(reference: str, words: str) -> str:
    return (
        f'<w:r><w:drawing><docPr id="1" name="Picture 1" descr="{words}"/>'
        f'<blip xmlns:r="urn:r" r:embed="{reference}"/></w:drawing></w:r>'
    )


def test_word_has_pictures_in_the_text() -> None:
    first = f"<w:p>{run('Câu 1. Xem ')}{drawing('rId7', 'Bản đồ')}</w:p>"
    old = '<w:r><w:pict><imagedata xmlns:r="urn:r" r:id="rId8"/></w:pict></w:r>'
    parts = unzipped(docx(first, f"<w:p>{old}</w:p>", f"<w:p>{run('A. ')}{drawing('rId7', 'một')}</w:p>", "*B. Hai"))
    files: dict[str, str | bytes] = {
        "word/_rels/document.xml.rels": RELATIONS,
        "word/media/image1.png": MAP,
        "word/media/so-do.jpeg": LOGO,
    }
    content = read_docx(zipped({**parts, **files}))
    (draft,) = content.drafts
    key = f"hinh-{digest(MAP)[:8]}"
    assert draft.text == f"Xem ![Bản đồ](picture:{key})\n\n![](picture:so-do)"
    assert content.pictures == {key: MAP, "so-do": LOGO}
    assert [option.text for option in draft.body.options] == ["một", "Hai"]
    assert [str(note) for note in draft.notes] == ["a picture is not taken over"]


def test_a_package_has_pictures_beside_its_items() -> None:
    shown = item().replace("<prompt>", '<prompt><img src="../media/ban%20do.png" alt="Bản đồ"/>')
    files: dict[str, str | bytes] = {"a b/qti.xml": shown, "b/qti.xml": item(), "media/ban do.png": MAP}
    content = read_qti(zipped({"imsmanifest.xml": MANIFEST, **files}))
    assert "![Bản đồ](picture:ban-do)" in content.drafts[1].text
    assert content.pictures == {"ban-do": MAP}


def test_one_name_for_two_pictures_becomes_two() -> None:
    album = Album({})
    assert [album.key_for("so do.png", one) for one in (MAP, LOGO, MAP)] == [
        "so-do",
        f"so-do-{digest(LOGO)[:8]}",
        "so-do",
    ]


def test_pictures_get_the_keys_of_the_bank() -> None:
    content = shown_in_moodle("@@PLUGINFILE@@/a.png", beside("a.png", MAP))
    for bank, key in (
        ({}, "a"),
        ({"a": digest(MAP), "b": digest(MAP)}, "a"),
        ({"c": digest(MAP)}, "c"),
        ({"a": digest(LOGO)}, f"a-{digest(MAP)[:8]}"),
    ):
        found = settled(content, bank)
        assert found.pictures == {key: MAP}
        assert f"(picture:{key})" in found.drafts[0].text
    assert settled(Content([], [], {"a": MAP}), {}).pictures == {}, "what nothing shows is left out"
    assert unpacked(packed(content)) == content


@pytest.mark.parametrize("key", [key for key, format_ in FORMATS.items() if format_.pictures])
def test_pictures_are_written_so_that_they_are_read_again(key: str) -> None:
    pictures = {"ban-do": MAP, "logo-1": LOGO, "other": png(1, 1)}
    shown = replace(
        question("mot"),
        text="Xem ![Bản đồ “cũ”](picture:ban-do)\n\nrồi ![](picture:logo-1)",
        explanation="Như ![x](picture:ban-do)",
        topic="safety",
    )
    format_ = FORMATS[key]
    assert not losses(format_, [shown], TOPICS, pictures).questions
    content = format_.carried([shown], TOPICS, pictures)
    assert content.pictures == {"ban-do": MAP, "logo-1": LOGO}
    assert content.drafts[0].text == shown.text


def test_a_document_shows_the_picture_of_a_hotspot() -> None:
    body = Hotspot("ban-do", "Bản đồ", (Region("Bắc", 0, 0, 500, 500, right=True), Region("Nam", 0, 500, 500, 500)))
    spot = replace(question("diem"), type=QuestionType.HOTSPOT, body=body, topic="safety")
    assert not losses(FORMATS["docx"], [spot], TOPICS, {"ban-do": MAP}).questions
    (loss,) = losses(FORMATS["xlsx"], [spot], TOPICS, {"ban-do": MAP}).questions
    assert [str(what) for what in loss.what] == ["the files of its pictures"]
