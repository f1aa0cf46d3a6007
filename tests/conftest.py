"""Profiles of hypothesis: `quick` is the default, `HYPOTHESIS_PROFILE=deep` is what CI runs."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# The same examples in every run, so that a failure is never somebody else's.
settings.register_profile("quick", max_examples=60, derandomize=True, deadline=None)
# New examples in every run; a slow machine is no failure.
settings.register_profile(
    "deep",
    max_examples=400,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
