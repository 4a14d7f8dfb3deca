"""Which pieces of a corpus models are measured on."""

from enum import StrEnum


class Side(StrEnum):
    """The tenth by hash that recipes keep from training unless they say otherwise, or every piece."""

    validation = "validation"
    all = "all"
