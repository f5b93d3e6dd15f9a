"""What is set on paper: Typst in a process of its own, the fonts of documents, dates and sums in words."""
