"""Connected components (8-connected) and holes (4-connected) of a mask."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Regions(NamedTuple):
    """The components and holes of a mask.

    Attributes:
        mask: the mask with its small holes filled.
        labels: int, the number of the component at each pixel, from 1; 0 is background.
        components: the number of components.
        holes: the number of remaining holes.
        closed: the number of components that enclose a hole.
    """

    mask: NDArray[np.bool_]
    labels: NDArray[np.int64]
    components: int
    holes: int
    closed: int


def regions(mask: NDArray[np.bool_], least_hole: float) -> Regions:
    """Fill holes of fewer than `least_hole` pixels, and count the components and the remaining holes."""
    from skimage.measure import label

    # Pad with background, so that the outside of shapes at the page's border is connected.
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
    # The pixel above the first pixel of a hole, in row-major order, belongs to the enclosing component.
    above = labels.ravel()[first - holes.shape[1]]
    return len(first), len(np.unique(above))
