"""What is paid out for an award: the value, the tax that is held back, the rest. All sums are whole đồng."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi_prizes.outputs.settings import WHOLE

if TYPE_CHECKING:
    from cuocthi_prizes.outputs.settings import OutputSettings


@dataclass(frozen=True, slots=True)
class Payment:
    """A sum in đồng: what the prize is worth, what is held back of it, what is paid out."""

    value: int
    tax: int

    @property
    def paid(self) -> int:
        """What is paid out, in đồng."""
        return self.value - self.tax


def payment_of(value: int, settings: OutputSettings, *, collective: bool) -> Payment:
    """Return what is paid for a prize of ``value`` đồng.

    The tax is on the income of persons: nothing is held back of a ``collective`` prize. Half a đồng and more counts as
    one. The threshold itself is free: one đồng above it is the first that is taxed.
    """
    excess = max(value - settings.tax_threshold, 0)
    tax = 0 if collective else (excess * settings.tax_permille + WHOLE // 2) // WHOLE
    return Payment(value, tax)
