"""What is done with inquiries. No Flask here."""
