"""What may point to help from others: computed on request for one person, for the jury to weigh. It decides nothing."""
