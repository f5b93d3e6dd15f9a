"""Bundles: signed sets of files that anybody can check, whoever hands them on."""
