"""Rankings over several rounds, as a contest format whose entries are what other rounds came to."""
