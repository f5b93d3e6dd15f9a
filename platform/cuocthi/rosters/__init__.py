"""Lists of a unit's own people, against which it sees who has taken part."""
