"""The quiz: a contest format with a question bank, timed attempts and scoring."""
