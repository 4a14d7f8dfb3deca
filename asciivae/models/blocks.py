"""The pages and latent grids of the `spatial` model, whatever runs it; this imports no PyTorch."""

from __future__ import annotations

from asciivae.errors import ModelError

STRIDE = 8
"""The side of a block, in cells."""
LARGEST_SIDE = 512
PAGE_BLOCKS = 64
"""The blocks of a page of 64 × 64 cells, for which a budget is stated."""
BUDGETS = (64, 4096)
"""The smallest and the largest budget that can be asked for."""


def page_of_blocks(height: int, width: int) -> tuple[int, int]:
    """The page for a piece of this size: the next multiples of 8.

    Raises:
        ModelError: a side is longer than 512 cells.
    """
    if max(height, width) > LARGEST_SIDE:
        raise ModelError(
            f"a piece of {height} rows and {width} columns is too large: "
            f"this model reads at most {LARGEST_SIDE} × {LARGEST_SIDE} cells",
            hint="crop the piece or cut it into parts",
        )
    return -(-height // STRIDE) * STRIDE, -(-width // STRIDE) * STRIDE


def numbers_per_block(rows: int, columns: int, *, latent: int, budget: int, channels: int) -> int:
    """The latent numbers per block of a page of so many blocks.

    Args:
        rows: blocks from top to bottom.
        columns: blocks from left to right.
        latent: the minimum.
        budget: latent numbers of the page.
        channels: the maximum.
    """
    return max(latent, min(budget // (rows * columns), channels))


def density_for(numbers: int, *, least: int, channels: int) -> tuple[int, int]:
    """What `numbers_per_block` takes, (latent, budget), for a page of 64 × 64 cells to have so many latent numbers.

    Args:
        numbers: of such a page.
        least: the fewest that the model supports.
        channels: the maximum per block.

    Raises:
        ModelError: the model does not support this number.
    """
    if not least <= numbers <= BUDGETS[1]:
        raise ModelError(
            f"a page of 64 × 64 cells cannot have {numbers} latent numbers in this model",
            hint=f"choose between {least} and {BUDGETS[1]}",
        )
    return min(numbers // PAGE_BLOCKS, channels), numbers
