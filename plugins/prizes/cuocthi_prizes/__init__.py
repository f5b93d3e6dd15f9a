"""Prizes: schemes, allocation over adopted rankings, adoption and budget."""
