"""What the audit log calls that which this plugin puts on record."""

from __future__ import annotations

from cuocthi.contributions import LogWords
from cuocthi.text import T

LOG_WORDS = LogWords(
    kinds={
        "quiz_group": T("Group of questions"),
        "quiz_topic": T("Topic"),
        "quiz_question": T("Question"),
        "question": T("Question"),
        "quiz_picture": T("Picture"),
        "attempt": T("Paper"),
        "quiz_extra_time": T("Extra time"),
        "quiz_issue": T("Issue of the question bank"),
        "quiz_key": T("Key of a question"),
    },
    fields={
        "answers": T("Answers and explanations"),
        "approvals": T("Approvals"),
        "attempts": T("Attempts"),
        "attempts_in": T("The attempts are counted"),
        "attempts_in_contest": T("Attempts in all rounds together"),
        "blueprint": T("Blueprint"),
        "cooldown": T("Minutes between two attempts"),
        "difficulty": T("Difficulty"),
        "left_out": T("Questions left out"),
        "minutes": T("Minutes"),
        "decided_on": T("Date of the decision"),
        "decision": T("Decision"),
        "digest": T("Digest"),
        "percent": T("Per cent"),
        "practice": T("Who may practise"),
        "practice_questions": T("Questions for practice at a time"),
        "prediction": T("Prediction"),
        "prediction_text": T("Prediction question"),
        "questions": T("Questions"),
        "remedy": T("What was decided"),
        "worth": T("Worth"),
        "remark": T("Remark"),
        "replaced_by": T("Replaced by"),
        "results": T("Results are shown"),
        "same_questions": T("The same questions for all"),
        "target": T("What is predicted"),
        "topic": T("Topic"),
        "true_as_of": T("True as of"),
        "valid_until": T("Valid until"),
    },
)
