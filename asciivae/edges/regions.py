"""Counting what hangs together in a black-and-white picture: components (8-connected) and holes (4-connected)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Regions(NamedTuple):
    """What a mask consists of.

    Attributes:
        mask: the mask with its small holes filled.
        labels: int, the number of its component at each pixel, from 1; 0 is background.
        components: how many components there are.
        holes: how many holes are left.
        closed: how many components enclose a hole.
    """

    mask: NDArray[np.bool_]
    labels: NDArray[np.int64]
    components: int
    holes: int
    closed: int


def regions(mask: NDArray[np.bool_], least_hole: float) -> Regions:
    """Fill the holes of fewer than `least_hole` pixels, and count the components and the holes that are left."""
    from skimage.measure import label

    # One pixel of background around it, so that whatever touches the page's border lies outside.
    background = np.asarray(label(np.pad(~mask, 1, constant_values=True), connectivity=1))
    sizes = np.bincount(background.ravel())
    is_hole = np.ones(len(sizes), bool)
    is_hole[[0, background[0, 0]]] = False
    is_small = is_hole & (sizes < least_hole)
    filled = mask | is_small[background][1:-1, 1:-1]
    labels = np.asarray(label(filled, connectivity=2), dtype=np.int64)
    kept = np.where((is_hole & ~is_small)[background], background, 0)[1:-1, 1:-1]
    return Regions(filled, labels, int(labels.max(initial=0)), *_holes(kept, labels))


def _holes(holes: NDArray[np.int64], labels: NDArray[np.int64]) -> tuple[int, int]:
    """The number of holes, and of the components around them."""
    names, first = np.unique(holes, return_index=True)
    first = first[names > 0]
    # The first pixel of a hole, row by row, has the component that encloses it right above.
    above = labels.ravel()[first - holes.shape[1]]
    return len(first), len(np.unique(above))
