"""Schema migrations: every owner (the core, each plugin) has its own revisions and its own version table."""
