"""The part of a corpus that models are evaluated on."""

from enum import StrEnum


class Side(StrEnum):
    """The validation tenth of the default hash split, or every piece."""

    validation = "validation"
    all = "all"
