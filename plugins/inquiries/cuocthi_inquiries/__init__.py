"""Inquiries: questions to the committee, public answers, and what is said against false information."""
