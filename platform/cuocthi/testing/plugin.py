"""The pytest plugin that ships with the core: fixtures for tests of the core and of plugins."""
