"""Where published releases are delivered to: places that plugins contribute, and a folder of the installation."""
