"""What the audit log calls that which this plugin puts on record."""

from __future__ import annotations

from cuocthi.contributions import LogWords
from cuocthi.text import T

LOG_WORDS = LogWords(
    kinds={
        "quiz_topic": T("Topic"),
        "quiz_question": T("Question"),
    },
    fields={
        "answers": T("Answers and explanations"),
        "attempts": T("Attempts"),
        "blueprint": T("Blueprint"),
        "difficulty": T("Difficulty"),
        "minutes": T("Minutes"),
        "prediction": T("Prediction"),
        "prediction_text": T("Prediction question"),
        "results": T("Results are shown"),
        "topic": T("Topic"),
    },
)
