"""Staff pages: the scheme with its sets, the award lists and their confirmations, extra and collective prizes."""

from cuocthi_prizes.views import awards, extra, league, scheme, units  # they add their pages to the blueprint
from cuocthi_prizes.views.blueprint import blueprint

__all__ = ["awards", "blueprint", "extra", "league", "scheme", "units"]
