"""What a revision says, in the one form over which digests are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.digest import digest

if TYPE_CHECKING:
    from cuocthi_quiz.models import Revision


#: The form of what is issued and approved from now on. What was digested in an earlier form is compared in that one.
FORM = 2


def content_of(revision: Revision, *, key: str, topic: str, form: int = FORM) -> dict[str, Any]:
    """Return all that a revision says; ``key`` and ``topic`` are the keys of its question and topic.

    The key of answers is the one that was approved, whatever was decided on it since. Form 1 has not who is asked:
    neither the division, nor the tags, nor whether it is for practice.
    """
    said = {
        "question": key,
        "revision": revision.number,
        "topic": topic,
        "difficulty": str(revision.difficulty),
        "type": str(revision.type),
        "text": revision.text,
        "content": revision.content,
        "key": revision.approved_key or revision.key,
        "explanation": revision.explanation,
        "source": revision.source,
        "true_as_of": revision.true_as_of.isoformat(),
    }
    if revision.group is not None:
        said["group"] = {"key": revision.group.key, "text": revision.group.text, "place": revision.group_place}
    if form > 1:
        said["division"] = revision.division.key if revision.division else ""
        said["tags"] = revision.tag_list
        said["for_practice"] = revision.question.for_practice
    return said


def digest_of(revision: Revision, *, key: str, topic: str, form: int = FORM) -> str:
    """Return the SHA-256 of what a revision says."""
    return digest(content_of(revision, key=key, topic=topic, form=form))
