"""What runs the model of a strategy: a hosted API, sized accelerators, CPUs or a device."""

from .choice import HOURS_PER_MONTH, MANAGED_API, Compute, Training

__all__ = ["HOURS_PER_MONTH", "MANAGED_API", "Compute", "Training"]
