"""Tasks of the committees."""
