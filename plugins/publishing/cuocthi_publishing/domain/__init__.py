"""What publishing does: compose a snapshot, mask it, release it, and make pages and bundles of it."""
