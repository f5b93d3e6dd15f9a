"""Questions as files of other systems: one module a format, what they have in common, and taking them into the bank."""
