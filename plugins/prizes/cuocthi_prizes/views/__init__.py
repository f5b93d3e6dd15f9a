"""Staff pages: the scheme with its sets, the award lists with their confirmations, collective prizes."""

from cuocthi_prizes.views import awards, scheme, units  # they add their pages to the blueprint
from cuocthi_prizes.views.blueprint import blueprint

__all__ = ["awards", "blueprint", "scheme", "units"]
