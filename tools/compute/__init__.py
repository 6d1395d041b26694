"""What runs the model of a strategy: a hosted API, sized accelerators, CPUs or a device."""

from .choice import MANAGED_API, Compute, Training

__all__ = ["MANAGED_API", "Compute", "Training"]
