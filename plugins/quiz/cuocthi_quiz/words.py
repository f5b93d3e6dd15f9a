"""How the quiz's own terms are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.standings.criteria import Counted
from cuocthi.text import T
from cuocthi_quiz.domain.item_analysis import Flag
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.models import Difficulty, HandIn, QuestionType, RemarkKind, Remedy, RevisionState
from cuocthi_quiz.queries.review import Stage
from cuocthi_quiz.settings import Among, CountedIn, Over, Practice, Predicted, Release, Span, TakingPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.text import Text
    from cuocthi_quiz.settings import BlueprintRow

DIFFICULTIES: Mapping[Difficulty, Text] = {
    Difficulty.EASY: T("easy"),
    Difficulty.MEDIUM: T("medium"),
    Difficulty.HARD: T("hard"),
}

TYPES: Mapping[QuestionType, Text] = {
    QuestionType.SINGLE: T("one right option"),
    QuestionType.MULTIPLE: T("one or more right options"),
    QuestionType.TRUE_FALSE: T("true or false"),
    QuestionType.NUMBER: T("a number"),
    QuestionType.TEXT: T("a short answer in words"),
    QuestionType.ORDERING: T("steps to be put in order"),
    QuestionType.MATCHING: T("pairs to be found"),
    QuestionType.HOTSPOT: T("a place in a picture"),
}

#: Types that are written in one form, by the first of them.
FAMILIES: Mapping[QuestionType, Text] = {
    QuestionType.SINGLE: T("Options"),
    QuestionType.NUMBER: T("A number"),
    QuestionType.TEXT: T("A short answer"),
    QuestionType.ORDERING: T("Steps in order"),
    QuestionType.MATCHING: T("Pairs"),
    QuestionType.HOTSPOT: T("Place in a picture"),
}

#: What a participant is to do.
INSTRUCTIONS: Mapping[QuestionType, Text] = {
    QuestionType.SINGLE: T("Choose one option"),
    QuestionType.MULTIPLE: T("Choose all right options"),
    QuestionType.TRUE_FALSE: T("Choose one option"),
    QuestionType.NUMBER: T("Enter a number"),
    QuestionType.TEXT: T("Answer in a few words"),
    QuestionType.ORDERING: T("Give each step its place"),
    QuestionType.MATCHING: T("Choose what belongs to each"),
    QuestionType.HOTSPOT: T("Choose a place in the picture"),
}

SCORINGS: Mapping[Scoring, Text] = {
    Scoring.ALL: T("only if everything is right"),
    Scoring.PARTIAL: T("also for a part"),
}

STAGES: Mapping[Stage, Text] = {
    Stage.DRAFT: T("to be approved"),
    Stage.COMMENTED: T("with remarks"),
    Stage.SENT_BACK: T("sent back"),
    Stage.ONE_APPROVAL: T("approved by one person"),
    Stage.IN_BANK: T("in the bank"),
    Stage.FORMER: T("withdrawn"),
}

REMARKS: Mapping[RemarkKind, Text] = {
    RemarkKind.COMMENT: T("Comment"),
    RemarkKind.PROPOSAL: T("Proposed wording"),
    RemarkKind.SENT_BACK: T("Sent back"),
}

STATES: Mapping[RevisionState, Text] = {
    RevisionState.DRAFT: T("to be approved"),
    RevisionState.APPROVED: T("in the bank"),
    RevisionState.FORMER: T("withdrawn"),
}

RELEASES: Mapping[Release, Text] = {
    Release.AT_ONCE: T("as soon as the paper is handed in"),
    Release.AFTER_ROUND: T("when the round has closed"),
    Release.AFTER_ADOPTION: T("when the ranking has been adopted"),
}

SPANS: Mapping[Span, Text] = {
    Span.ROUND: T("over the whole round"),
    Span.WEEK: T("in each week of the round, from Monday"),
    Span.DAY: T("on each day of the round"),
}

#: Of what there are so many attempts left.
LEFT: Mapping[Span, Text] = {
    Span.ROUND: T("attempts left in this round"),
    Span.WEEK: T("attempts left this week"),
    Span.DAY: T("attempts left today"),
}

#: Which of several attempts counts.
COUNTED: Mapping[Counted, Text] = {
    Counted.FIRST: T("Of several attempts the first one counts."),
    Counted.LAST: T("Of several attempts the last one counts."),
    Counted.BEST: T("Of several attempts the best one counts, by the very criteria of the ranking."),
    Counted.MEAN: T("Of several attempts the mean counts; with one more you may also lose."),
}

PREDICTED: Mapping[Predicted, Text] = {
    Predicted.EVERYTHING_RIGHT: T("how many have everything right"),
    Predicted.TAKING_PART: T("how many take part"),
    Predicted.SHARE: T("how many per cent of those taking part have everything right"),
}

COUNTED_IN: Mapping[CountedIn, Text] = {CountedIn.PERSONS: T("persons"), CountedIn.ATTEMPTS: T("papers")}

OVER: Mapping[Over, Text] = {Over.ROUND: T("the round"), Over.CONTEST: T("all rounds of the quiz")}

AMONG: Mapping[Among, Text] = {Among.ALL: T("everybody"), Among.DIVISION: T("the participant's own division")}

TAKING_PART: Mapping[TakingPart, Text] = {
    TakingPart.FINISHERS: T("to have handed in a paper"),
    TakingPart.STARTERS: T("to have begun a paper"),
}

HAND_INS: Mapping[HandIn, Text] = {
    HandIn.PARTICIPANT: T("by the participant"),
    HandIn.DEADLINE: T("by the system when time was up"),
}

#: What stands out at a question in the analysis of a round.
FLAGS: Mapping[Flag, Text] = {
    Flag.KEY: T("wrong key suspected: of the better participants more chose a wrong answer than the right one"),
    Flag.NEGATIVE: T("better participants did worse at it than others"),
    Flag.POOR: T("it hardly tells better participants from others"),
    Flag.HARD: T("hardly anybody was right"),
    Flag.EASY: T("almost everybody was right"),
    Flag.OPEN: T("many left it open"),
    Flag.IDLE: T("an option that hardly anybody chose"),
}

#: The same, short.
FLAG_NAMES: Mapping[Flag, Text] = {
    Flag.KEY: T("wrong key suspected"),
    Flag.NEGATIVE: T("better ones did worse"),
    Flag.POOR: T("tells little apart"),
    Flag.HARD: T("very hard"),
    Flag.EASY: T("very easy"),
    Flag.OPEN: T("often left open"),
    Flag.IDLE: T("idle option"),
}

#: What is done about a wrong key.
REMEDIES: Mapping[Remedy, Text] = {
    Remedy.REPLACE: T("another answer is right instead"),
    Remedy.ACCEPT: T("another answer is right, too"),
    Remedy.EVERYONE: T("full marks for everybody, also for who left it open"),
    Remedy.VOID: T("void: it counts neither in the score nor in the maximum"),
}

#: How options are called in the order shown.
LETTERS = "ABCDEFGH"


PRACTICE: Mapping[Practice, Text] = {
    Practice.NOBODY: T("nobody"),
    Practice.ENTRANTS: T("those who have registered"),
    Practice.EVERYBODY: T("everybody"),
}


def row_words(row: BlueprintRow, topics: Mapping[str, str]) -> Text:
    """Say what a row of the blueprint asks for; ``topics`` are the titles by key."""
    if row.only:
        return T("exactly “%(key)s”", key=row.only)
    kind = T("“%(topic)s”", topic=topics.get(row.topic, row.topic)) if row.topic else T("any topic")
    if row.difficulty is not None:
        kind = T("%(kind)s, %(difficulty)s", kind=kind, difficulty=DIFFICULTIES[row.difficulty])
    if row.tag:
        kind = T("%(kind)s, with the tag “%(tag)s”", kind=kind, tag=row.tag)
    if row.together > 1:
        kind = T("%(kind)s, in groups of %(size)s", kind=kind, size=row.together)
    return kind
