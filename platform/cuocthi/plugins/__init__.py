"""The plugin contract: what a plugin says of itself, the hooks it may implement, and how the core calls them."""
