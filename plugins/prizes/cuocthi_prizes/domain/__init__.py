"""What is done with prizes."""
