"""Publishing: results, statistics and bundles for the public."""
