"""The core of cuocthi: what every contest has in common, and the contract that plugins build on."""
