"""The `rules` engine of language understanding: free text in, field updates out, without any model.

Word lists and cues are data (`data/*.yaml`); the modules hold the grammar that reads them.
"""

from .understand import understand
from .understanding import Understanding

__all__ = ["Understanding", "understand"]
