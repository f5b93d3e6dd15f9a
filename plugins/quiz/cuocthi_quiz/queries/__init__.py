"""The read side of the quiz: its bank, papers, and figures over attempts."""
