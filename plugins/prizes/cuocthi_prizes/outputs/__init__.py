"""What is made of an adopted award list: workbooks for the ceremony and the treasury, certificates, merge data."""
