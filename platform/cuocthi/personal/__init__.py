"""What is stored about people: seeing it, having it corrected, and having it erased."""
