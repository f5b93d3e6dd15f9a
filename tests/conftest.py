"""What all suites have in common: no test fails because the machine is slow or busy."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# The organisers of tests sign in with a password alone; what the second factor does is tested where it is asked for.
os.environ["CUOCTHI_STAFF_SECOND_FACTOR"] = "off"
