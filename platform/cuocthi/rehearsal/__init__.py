"""A whole campaign on a scratch database in shifted time, with synthetic people, to the published bundle."""
