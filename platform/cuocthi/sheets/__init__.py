"""Spreadsheets that people hand in and take away."""
