"""The pictures of a bank as files of a campaign: ``pictures/<key>.png``, named by the questions that show them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from cuocthi.errors import DomainError, InvalidData
from cuocthi.files.domain import content_of
from cuocthi.text import T
from cuocthi_quiz.domain.pictures import add_picture, named_in
from cuocthi_quiz.queries.pictures import pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_quiz.domain.questions import QuestionData

FOLDER = "pictures/"


def divided(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the files that are no pictures, and those that are, by name."""
    shown = {name: content for name, content in files.items() if name.startswith(FOLDER)}
    return {name: content for name, content in files.items() if name not in shown}, shown


def write_pictures(ctx: Context, *, campaign: Campaign, folder: Callable[[], Path]) -> dict[str, bytes]:
    """Return the pictures of a bank as files by name; ``folder`` is asked only if there are any."""
    return {
        f"{FOLDER}{row.picture.key}{PurePosixPath(row.name).suffix}": content_of(
            folder(), sha256=row.sha256, name=row.name
        )
        for row in pictures(ctx, campaign_id=campaign.id)
    }


def read_pictures(
    ctx: Context,
    *,
    campaign: Campaign,
    folder: Callable[[], Path],
    files: Mapping[str, bytes],
    questions: Iterable[QuestionData],
) -> None:
    """Add the pictures that files hold to a bank.

    Raises InvalidData with everything that is wrong: a file that is no picture, a picture that a question shows but no
    file holds.
    """
    problems: list[Text] = []
    for name in sorted(files):
        path = PurePosixPath(name.removeprefix(FOLDER))
        try:
            add_picture(ctx, folder=folder(), campaign=campaign, key=path.stem, name=path.name, content=files[name])
        except DomainError as error:
            problems.append(T("%(file)s: %(problem)s", file=name, problem=error.message))
    there = {PurePosixPath(name).stem for name in files}
    for question in questions:
        wanted = named_in([question.text, question.explanation, question.group_text]) | _of_body(question)
        problems += [
            T("question %(key)s: the picture “%(picture)s” is not there", key=question.key, picture=key)
            for key in sorted(wanted - there)
        ]
    if problems:
        raise InvalidData(T("The pictures could not be read; nothing was changed."), problems)


def _of_body(question: QuestionData) -> set[str]:
    picture = getattr(question.body, "picture", "")
    return {picture} if picture else set()
