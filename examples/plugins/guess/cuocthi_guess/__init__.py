"""A contest format for cuocthi: everybody estimates how many people will take part, the nearest wins."""
