"""Claims of the research log, checked by exact computation or by short runs of its recipes."""

from __future__ import annotations

from asciivae.reproduction.claims.claim import Claim, Finding
from asciivae.reproduction.claims.exact import EXACT
from asciivae.reproduction.claims.short_runs import TRAINED

CLAIMS: tuple[Claim, ...] = (*TRAINED, *EXACT)
"""All claims; those that need training come first."""

__all__ = ["CLAIMS", "Claim", "Finding"]
