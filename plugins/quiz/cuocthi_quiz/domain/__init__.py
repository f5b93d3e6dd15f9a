"""What the quiz does: the bank, drawing, attempts, answers, grading, results."""
