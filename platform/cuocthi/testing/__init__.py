"""What tests of the core and of plugins share: a pytest plugin, factories and a private database cluster."""
