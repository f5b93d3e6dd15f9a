"""Candidates for prizes, between the draft of a list and its adoption: checked, compared, asked, decided upon."""
