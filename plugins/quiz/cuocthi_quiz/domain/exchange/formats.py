"""The formats: how each is read and written, and what of a question it carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_quiz.domain.exchange import aiken, gift, moodle, moodle_types, qti, sheets, word, word_writing
from cuocthi_quiz.domain.exchange.album import settled
from cuocthi_quiz.models import QuestionType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.text import Text
    from cuocthi_quiz.domain.exchange.drafts import Content
    from cuocthi_quiz.domain.questions import QuestionData

    Read = Callable[[bytes], Content]
    #: Takes the questions, how each topic is called by its key, and the pictures that they show by theirs.
    Write = Callable[[Sequence[QuestionData], Mapping[str, str], Mapping[str, bytes]], bytes]
    Rehearse = Callable[[Sequence[QuestionData], Mapping[str, str]], Content]

#: What questions say beside their text and their answers.
FIELDS = (
    "key",
    "topic",
    "difficulty",
    "explanation",
    "source",
    "true_as_of",
    "tags",
    "division",
    "group",
    "for_practice",
)
_ALL_TYPES = frozenset(QuestionType)
_TEXT = "text/plain; charset=utf-8"
_XML = "application/xml; charset=utf-8"


def _anything(_raw: bytes) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Format:
    """A format of files: its name, the endings of its files, how it is read and written, what it carries.

    ``fields`` are those of :data:`FIELDS`, ``types`` those of questions; ``pictures`` tells whether they go along.
    ``rehearse`` returns what would be read of what is written, where that is known for less than writing and reading.
    ``fits`` tells whether a content looks like it, where several formats have one ending.
    """

    key: str
    title: Text
    endings: tuple[str, ...]
    media_type: str
    read: Read
    write: Write
    fields: frozenset[str] = frozenset(FIELDS)
    types: frozenset[QuestionType] = _ALL_TYPES
    pictures: bool = False
    rehearse: Rehearse | None = None
    fits: Callable[[bytes], bool] = _anything

    def carried(
        self, questions: Sequence[QuestionData], topics: Mapping[str, str], pictures: Mapping[str, bytes]
    ) -> Content:
        """Return what would be read of what is written of questions and of the pictures that they show."""
        if self.rehearse is not None:
            return self.rehearse(questions, topics)
        content = self.read(self.write(questions, topics, pictures))
        return settled(content, {key: sha256(picture).hexdigest() for key, picture in pictures.items()})


_OOXML = "application/vnd.openxmlformats-officedocument"
_XLSX = f"{_OOXML}.spreadsheetml.sheet"
_DOCX = f"{_OOXML}.wordprocessingml.document"

FORMATS: Mapping[str, Format] = {
    format_.key: format_
    for format_ in (
        Format(
            "xlsx",
            T("Excel workbook"),
            (".xlsx",),
            _XLSX,
            sheets.read_workbook,
            sheets.write_xlsx,
            rehearse=sheets.rehearse,
        ),
        Format(
            "csv",
            T("CSV table"),
            (".csv", ".tsv", ".txt"),
            "text/csv; charset=utf-8",
            sheets.read_csv,
            sheets.write_csv,
            fits=sheets.fits,
        ),
        Format(
            "docx",
            T("Word document"),
            (".docx", ".txt"),
            _DOCX,
            word.read_docx,
            word_writing.write_docx,
            pictures=True,
            fits=word.fits,
        ),
        Format(
            "gift",
            T("GIFT (Moodle)"),
            (".gift", ".txt"),
            _TEXT,
            gift.read_gift,
            gift.write_gift,
            types=gift.TYPES,
            fits=gift.fits,
        ),
        Format(
            "aiken",
            T("Aiken"),
            (".txt",),
            _TEXT,
            aiken.read_aiken,
            aiken.write_aiken,
            fields=frozenset(),
            types=frozenset({QuestionType.SINGLE, QuestionType.TRUE_FALSE}),
            fits=aiken.fits,
        ),
        Format(
            "moodle",
            T("Moodle XML"),
            (".xml",),
            _XML,
            moodle.read_moodle,
            moodle.write_moodle,
            types=moodle_types.TYPES,
            pictures=True,
            fits=moodle.fits,
        ),
        Format(
            "qti",
            T("QTI 2.1"),
            (".zip", ".xml"),
            "application/zip",
            qti.read_qti,
            qti.write_qti,
            fields=frozenset({"key", "explanation", "source", "true_as_of"}),
            types=qti.TYPES,
            pictures=True,
            fits=qti.fits,
        ),
    )
}
