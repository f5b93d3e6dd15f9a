"""Articles of a campaign: news, and reference material to prepare with."""
