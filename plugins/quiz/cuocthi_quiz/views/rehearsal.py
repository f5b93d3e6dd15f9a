"""How a synthetic participant takes the quiz through the pages, by plain forms, as a browser without a script would.

Nobody sees a key there, so what is chosen is a guess; it follows from the participant's seed and the texts alone.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from cuocthi_quiz.domain.rehearsal import chance, hands_in, prediction_of

if TYPE_CHECKING:
    from cuocthi.contributions import Browser, Participant

_OK = 200
_PAPER = re.compile(r'data-attempt="(\d+)" data-token="([0-9a-f]+)"')
_QUESTION = re.compile(r'<section id="q-(\d+)".*?</section>', re.DOTALL)
_SEQUENCE = re.compile(r'name="sequence" value="(\d+)"')
_OPTION = re.compile(r'type="(radio|checkbox)" id="[^"]+" name="choice" value="(\d)"[^>]*><label[^>]*>(.*?)</label>')
_ANSWERED = 'data-go="{position}" class="is-answered'


def browse(browser: Browser, participant: Participant, campaign_slug: str, round_id: int) -> int:
    """Start, answer question by question, and hand in; return how many answers the pages showed as saved."""
    entrance = f"/c/{campaign_slug}/quiz/round/{round_id}/"
    browser.get(entrance)
    status, page = browser.post(f"{entrance}start", {})
    found = _PAPER.search(page)
    if status != _OK or found is None:
        return 0
    paper = f"/c/{campaign_slug}/quiz/paper/{found[1]}/{found[2]}/"
    acknowledged = 0
    for match in _QUESTION.finditer(page):
        fields = _answer(participant, match[0])
        status, answer = browser.post(f"{paper}answer", {"position": match[1], "go": match[1], **fields})
        acknowledged += status == _OK and _ANSWERED.format(position=match[1]) in answer
    if hands_in(participant):
        browser.get(f"{paper}summary")
        browser.post(f"{paper}hand-in", {})
    return acknowledged


def _answer(participant: Participant, question: str) -> dict[str, str | list[str]]:
    sequence = _SEQUENCE.search(question)
    fields: dict[str, str | list[str]] = {"sequence": sequence[1] if sequence else ""}
    options = [(kind, value, unescape(text)) for kind, value, text in _OPTION.findall(question)]
    if not options:
        return {**fields, "prediction": str(prediction_of(participant))}
    ranked = sorted(options, key=lambda option: chance(participant, option[2]))
    count = 2 if options[0][0] == "checkbox" else 1
    return {**fields, "choice": [value for _kind, value, _text in ranked[:count]]}
