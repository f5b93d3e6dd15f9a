"""Accounts of one person, made into one."""
