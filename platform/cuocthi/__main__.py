"""``python -m cuocthi`` is the command line."""

from cuocthi.cli import main

main()
