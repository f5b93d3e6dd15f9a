"""Pictures of files: taken out of them under keys by which texts name them, and brought to the keys of the bank."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cuocthi.rules.markdown import PICTURE as ADDRESS
from cuocthi.text import T
from cuocthi_quiz.domain.exchange.drafts import Content, Draft, Unusable
from cuocthi_quiz.domain.exchange.words import key_of
from cuocthi_quiz.domain.kinds.hotspot import Hotspot
from cuocthi_quiz.domain.pictures import MAX_BYTES, named_in, problem_of
from cuocthi_quiz.models import MAX_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.text import Text
    from cuocthi_quiz.domain.questions import QuestionData

PICTURE = T("a picture is not taken over")
#: A picture in a text of the bank: what it shows, and its key.
SHOWN = re.compile(rf"!\[([^\]\n]*)\]\({ADDRESS}([a-z0-9-]{{1,{MAX_KEY}}})\)")
#: Names that programs give, which tell nothing: image1, image (3), Screenshot 2024-09-15.
_NAMELESS = re.compile(r"(?:image|img|picture|pasted|screenshot|hinh|anh|untitled)?[-0-9]*")
_DIGEST = 8
_LONGEST_STEM = MAX_KEY - _DIGEST - 1
_DATA = re.compile(r"data:image/[a-z]+;base64,")


@dataclass
class Album:
    """The pictures of a file, by key; equal ones are kept once."""

    pictures: dict[str, bytes]

    def key_for(self, name: str, picture: bytes) -> str:
        """Take a picture that the file calls ``name``; return its key. Raises Unusable for what no bank takes."""
        wrong = problem_of(picture)
        if wrong is not None:
            raise Unusable(wrong)
        digest = hashlib.sha256(picture).hexdigest()[:_DIGEST]
        stem = key_of(PurePosixPath(name).stem)[:_LONGEST_STEM].strip("-")
        key = f"hinh-{digest}" if _NAMELESS.fullmatch(stem) else stem
        if self.pictures.get(key, picture) != picture:
            key = f"{key}-{digest}"
        self.pictures[key] = picture
        return key

    def shown(self, address: str, files: Mapping[str, bytes], notes: list[Text]) -> str | None:
        """Return the key of the picture at an address, in the document itself or in a file beside it.

        If it cannot be taken, the reason is noted.
        """
        name, picture = unquote(address), files.get(unquote(address))
        data = _DATA.match(address)
        if data:
            name, picture = "", decoded(address[data.end() :])
        try:
            if picture is not None:
                return self.key_for(name, picture)
            notes.append(PICTURE)
        except Unusable as error:
            notes.append(T("a picture is not taken over: %(reason)s", reason=error.text))
        return None


def decoded(text: str) -> bytes:
    """Return what is written in Base64; nothing for what is not."""
    if len(text) > 2 * MAX_BYTES:
        return b"\0"
    try:
        return b64decode(text)
    except (Error, ValueError):
        return b""


def written(alternative: str, key: str) -> str:
    """Return a picture as texts of the bank show it."""
    words = " ".join(re.sub(r"[\[\]\\]", " ", alternative).split())
    return f"![{words}]({ADDRESS}{key})"


def shown_by(question: QuestionData | Draft) -> set[str]:
    """Return the keys of the pictures that a question shows."""
    own = {question.body.picture} - {""} if isinstance(question.body, Hotspot) else set()
    return own | named_in([question.text, question.explanation, question.group_text])


def settled(content: Content, bank: Mapping[str, str]) -> Content:
    """Return what a file says, with its pictures under the keys that they have in the bank, or may have there.

    ``bank`` tells the SHA-256 of each picture by its key. What no question shows is left out.
    """
    known = {digest: key for key, digest in reversed(list(bank.items()))}
    keys: dict[str, str] = {}
    for key, picture in content.pictures.items():
        digest = hashlib.sha256(picture).hexdigest()
        free = key if key not in bank else f"{key[:_LONGEST_STEM].strip('-')}-{digest[:_DIGEST]}"
        keys[key] = key if bank.get(key) == digest else known.get(digest, free)
    drafts = [_renamed(draft, keys) for draft in content.drafts] if keys else content.drafts
    used = {key for draft in drafts for key in shown_by(draft)}
    pictures = {keys[key]: picture for key, picture in content.pictures.items() if keys[key] in used}
    return replace(content, drafts=drafts, pictures=pictures)


def _renamed(draft: Draft, keys: Mapping[str, str]) -> Draft:
    def text(before: str) -> str:
        return SHOWN.sub(lambda found: f"![{found[1]}]({ADDRESS}{keys.get(found[2], found[2])})", before)

    body = draft.body
    if isinstance(body, Hotspot):
        body = replace(body, picture=keys.get(body.picture, body.picture))
    return replace(
        draft,
        body=body,
        text=text(draft.text),
        explanation=text(draft.explanation),
        group_text=text(draft.group_text),
    )
