"""Statistics of a campaign: who takes part, when, of which units, and how that compares with the time before."""
