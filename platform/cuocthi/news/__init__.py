"""News to people who take part."""
