"""Administrative papers: the report to the superior body, notices, the decision on prizes, minutes, as DOCX and PDF."""
