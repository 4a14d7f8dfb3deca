import numpy as np
import pytest
from scipy import ndimage

from asciivae.drawing.raster import (
    Mask,
    between_pixels,
    components,
    extreme,
    flattened,
    neighbours,
    smoothed,
    stretched,
    thinned,
    widened,
    within,
)

SIZES = [(1, 1), (1, 7), (6, 1), (37, 53), (300, 90)]


def noise(shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(0).random(shape).astype(np.float32)


def masks(shape: tuple[int, int]) -> list[Mask]:
    blobs = ndimage.gaussian_filter(noise(shape), 2.0)
    return [blobs > np.median(blobs), *(noise(shape) < share for share in (0.05, 0.3, 0.7, 2.0))]


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("sigma", [0.7, 2.6, 9.0])
def test_smoothing_is_scipys(shape: tuple[int, int], sigma: float) -> None:
    for order in ((0, 0), (1, 0), (0, 1)):
        expected = ndimage.gaussian_filter(noise(shape), sigma, order=order, mode="nearest", truncate=3.0)

        np.testing.assert_allclose(smoothed(noise(shape), sigma, order=order), expected, atol=3e-6)


def test_smoothing_works_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = smoothed(noise((60, 80)), 3.0)

    monkeypatch.setattr("asciivae.drawing.raster.BLOCK", 16)

    np.testing.assert_allclose(smoothed(noise((60, 80)), 3.0), whole, atol=1e-6)


@pytest.mark.parametrize("weight", [0.03, 0.1])
def test_flattening_is_scikit_images(weight: float) -> None:
    from skimage.restoration import denoise_tv_chambolle

    picture = np.where(noise((40, 50)) > 0.5, 0.8, 0.2).astype(np.float32) + 0.1 * noise((40, 50))

    expected = denoise_tv_chambolle(picture, weight=weight, max_num_iter=25)

    np.testing.assert_allclose(flattened(picture, weight, 25), expected, atol=1e-6)


@pytest.mark.parametrize("shape", SIZES)
def test_the_parts_of_a_mask_are_scikit_images(shape: tuple[int, int]) -> None:
    from skimage.measure import label

    for mask in masks(shape):
        for diagonal in (False, True):
            found = components(mask, diagonal=diagonal)

            assert np.array_equal(found.labels, label(mask, connectivity=1 + diagonal))
            assert found.number == found.labels.max()


@pytest.mark.parametrize("shape", SIZES)
def test_thinning_is_scikit_images(shape: tuple[int, int]) -> None:
    from skimage.morphology import skeletonize

    for mask in masks(shape):
        assert np.array_equal(thinned(mask), skeletonize(mask))


def test_thinning_knows_every_neighbourhood() -> None:
    from skimage.morphology import skeletonize

    # Random pictures of 5 × 5 pixels: every neighbourhood of a pixel occurs.
    bits = np.random.default_rng(0).integers(0, 2, (3000, 5, 5)).astype(bool)
    sheet = np.pad(bits, ((0, 0), (1, 1), (1, 1))).reshape(50, 60, 7, 7).swapaxes(1, 2).reshape(350, 420)

    assert np.array_equal(thinned(sheet), skeletonize(sheet))


@pytest.mark.parametrize("shape", SIZES)
def test_neighbourhoods_are_scipys(shape: tuple[int, int]) -> None:
    for mask in masks(shape):
        counted = ndimage.convolve(mask.astype(int), np.ones((3, 3), int), mode="constant") - mask

        assert np.array_equal(widened(mask), ndimage.binary_dilation(mask, np.ones((3, 3))))
        assert np.array_equal(neighbours(mask), counted)


@pytest.mark.parametrize("radius", [1.5, 4.5, 18.0])
@pytest.mark.parametrize("shape", SIZES)
def test_distances_are_scipys(shape: tuple[int, int], radius: float) -> None:
    for mask in masks(shape):
        expected = ndimage.distance_transform_edt(~mask) <= radius if mask.any() else mask

        assert np.array_equal(within(mask, radius), expected)


@pytest.mark.parametrize("shape", SIZES)
def test_extremes_are_scipys(shape: tuple[int, int]) -> None:
    for size in (3, 5, 11):
        most = ndimage.maximum_filter(noise(shape), size, mode="nearest")
        least = ndimage.minimum_filter(noise(shape), size, mode="nearest")

        assert np.array_equal(extreme(noise(shape), size, most=True), most)
        assert np.array_equal(extreme(noise(shape), size, most=False), least)


def test_values_between_pixels_are_scipys() -> None:
    y, x = 40.0 * noise((1, 500))[0] - 1.5, 57.0 * noise((500, 1))[:, 0] - 1.5

    expected = ndimage.map_coordinates(noise((37, 53)), [y, x], order=1, mode="nearest")

    np.testing.assert_allclose(between_pixels(noise((37, 53)), y, x), expected, atol=1e-6)


def test_stretching_is_scikit_images() -> None:
    from skimage.transform import resize

    expected = resize(noise((7, 9)), (40, 31), order=1, mode="edge")

    np.testing.assert_allclose(stretched(noise((7, 9)), (40, 31)), expected, atol=1e-6)
