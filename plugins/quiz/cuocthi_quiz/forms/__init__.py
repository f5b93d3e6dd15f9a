"""Forms of the quiz: its settings, and its bank."""
