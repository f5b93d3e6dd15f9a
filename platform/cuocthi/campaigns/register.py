"""The register of documents in a campaign file: entering it with the files of its documents, and writing it."""

from __future__ import annotations

import dataclasses
import hashlib
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cuocthi.campaigns.files import Files, invalid
from cuocthi.campaigns.schema import DOCUMENTS, DocumentPart, FilePart
from cuocthi.documents.domain import FILE_KINDS, DocumentFacts, check_facts, register_document
from cuocthi.documents.queries import documents
from cuocthi.errors import DomainError
from cuocthi.files.domain import content_of, store
from cuocthi.files.kinds import kind_of
from cuocthi.text import T, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.files.models import StoredFile


def enter_documents(
    ctx: Context, *, campaign: Campaign, parts: Sequence[DocumentPart], files: Files, folder: Path | None
) -> None:
    """Enter the documents in their order; what they replace is linked once all are there.

    Their ``files`` are checked as those are that somebody sends, then kept below ``folder``; without it they are left
    out. Raises InvalidData with every document that cannot be entered and every file that cannot be taken; then nothing
    was kept.
    """
    problems = [
        T("%(place)s: %(problem)s", place=f"documents[{index}]", problem=problem)
        for index, part in enumerate(parts)
        for problem in (*_problems(ctx, part), *(_file_problems(part.file, files) if folder and part.file else ()))
    ]
    if problems:
        raise invalid(problems)
    by_key: dict[str, Document] = {}
    for part in parts:
        file = _keep(ctx, campaign, part.file, files, folder) if folder and part.file else None
        by_key[part.key] = register_document(ctx, campaign=campaign, facts=_facts(part), key=part.key, file=file)
    for part in parts:
        if part.replaces:
            by_key[part.key].replaces = by_key[part.replaces]
    ctx.session.flush()


def document_parts(ctx: Context, *, campaign: Campaign, with_files: bool) -> list[DocumentPart]:
    """Return the register as a campaign file has it, with or without the files of its documents."""
    found = documents(ctx, campaign_id=campaign.id, public_only=False)
    return [
        DocumentPart(
            key=document.key,
            kind=document.kind,
            title=document.title,
            symbol=document.symbol,
            issuer=document.issuer,
            issued_on=document.issued_on,
            url=document.url,
            public=document.public,
            authority=document.authority,
            office=document.office,
            signatory=document.signatory,
            replaces=document.replaces.key if document.replaces else "",
            file=_file_part(document.key, document.file) if with_files and document.file else None,
        )
        for document in found
    ]


def document_contents(parts: Sequence[DocumentPart], folder: Path) -> dict[str, Callable[[], bytes]]:
    """Return for each file of a document, by its path, what reads it from the stored files below ``folder``.

    Reading raises Missing for a content that is damaged or gone.
    """
    files = [part.file for part in parts if part.file]
    return {file.path: partial(content_of, folder, sha256=file.sha256, name=file.name) for file in files}


def _file_part(key: str, stored: StoredFile) -> FilePart:
    ending = PurePosixPath(stored.name).suffix
    return FilePart(f"{DOCUMENTS}/{key}{ending}", stored.name, stored.sha256)


def _facts(part: DocumentPart) -> DocumentFacts:
    return DocumentFacts(**{item.name: getattr(part, item.name) for item in dataclasses.fields(DocumentFacts)})


def _problems(ctx: Context, part: DocumentPart) -> Iterator[Text]:
    try:
        check_facts(ctx, _facts(part))
    except DomainError as error:
        yield error.message


def _file_problems(file: FilePart, files: Files) -> Iterator[Text]:
    if file.path not in files:
        yield T("there is no “%(path)s” in the folder", path=file.path)
        return
    content = files[file.path]
    if file.sha256 and hashlib.sha256(content).hexdigest() != file.sha256:
        yield T("“%(path)s” is not the file whose digest stands there", path=file.path)
    try:
        kind_of(_name_of(file), content, FILE_KINDS, field="file")
    except DomainError as error:
        yield error.message


def _keep(ctx: Context, campaign: Campaign, file: FilePart, files: Files, folder: Path) -> StoredFile:
    return store(
        ctx,
        folder=folder,
        content=files[file.path],
        name=_name_of(file),
        kinds=FILE_KINDS,
        campaign=campaign,
        permission="",
    )


def _name_of(file: FilePart) -> str:
    return file.name or PurePosixPath(file.path).name
