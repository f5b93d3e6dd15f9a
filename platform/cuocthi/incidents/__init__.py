"""What an incident grants to entries: decided by two persons with a document, published, carried out by the format."""
