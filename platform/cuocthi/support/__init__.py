"""Letting people in again who lost their phone or their password, after looking at who they are."""
