"""Reading a picture, whoever made it: to RGB on white paper, upright, not larger than needed. No torch here."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from asciivae.errors import ArtError
from asciivae.files.opening import open_file

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "PPM")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".ppm", ".pgm", ".pbm")
MAX_BYTES = 64 << 20
MAX_PIXELS = 24_000_000
"""What is decoded at once; four bytes a pixel stay below 100 MB."""
MAX_JPEG_PIXELS = 120_000_000
"""A JPEG file is decoded at an eighth of its sides where that is enough."""
MAX_SIDE = 65_500
LARGEST = 2400
"""The longest side that is kept, in pixels: two pixels for each one of a page of 200 columns."""

RGB = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """A picture on white paper.

    Attributes:
        name: how the user called it.
        rgb: (h, w, 3) uint8, upright, transparency blended with white.
        size: (h, w) of the picture itself, before it was reduced.
    """

    name: str
    rgb: RGB
    size: tuple[int, int]

    @property
    def grey(self) -> NDArray[np.float32]:
        """The luma (h, w) in [0, 1] (ITU-R BT.601)."""
        weights = np.array([0.299, 0.587, 0.114], np.float32) / 255.0
        return np.asarray(self.rgb @ weights, np.float32)


def read_picture(path: str | Path, *, invert: bool = False, largest: int = LARGEST) -> Picture:
    """Read a picture from a file, or from standard input if `path` is `-`.

    Args:
        path: a PNG, JPEG, WebP, BMP, GIF (its first frame) or PPM file.
        invert: swap dark and light; what is transparent stays paper.
        largest: a picture with a longer side is reduced, in pixels.

    Raises:
        ArtError: there is no such file, it is no picture of these kinds, damaged or too large.
    """
    name = "<stdin>" if str(path) == "-" else str(path)
    return decode_picture(_bytes(path, name), name=name, invert=invert, largest=largest)


def decode_picture(data: bytes, *, name: str = "<bytes>", invert: bool = False, largest: int = LARGEST) -> Picture:
    """Read a picture from the bytes of a file; see `read_picture`."""
    if not data:
        raise ArtError("it is empty", place=name, hint="give a PNG, JPEG, WebP, BMP or GIF file")
    if _is_svg(data):
        raise ArtError(
            "SVG pictures cannot be read", place=name, hint="convert it first, for example: rsvg-convert -o a.png a.svg"
        )
    from PIL import Image, UnidentifiedImageError

    with _refusals(name):
        try:
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        except Image.DecompressionBombError:  # Pillow's own limit, seven times ours
            raise _too_large("a picture of more than 178 million pixels", MAX_PIXELS, name) from None
        except UnidentifiedImageError:
            raise ArtError(
                "this is not a picture, or of a kind that cannot be read",
                place=name,
                hint="give a PNG, JPEG, WebP, BMP or GIF file",
            ) from None
        size = _upright(image.size, image)
        if image.format == "JPEG":
            _check_size(image.size, MAX_JPEG_PIXELS, name)
            image.draft(None, (largest, largest))  # decodes a half, a quarter or an eighth of the sides, not below
        _check_size(image.size, MAX_PIXELS, name)
        image.load()
        return Picture(name, _on_paper(image, invert, largest), size)


def from_image(image: Image, *, name: str = "<image>", invert: bool = False, largest: int = LARGEST) -> Picture:
    """Take a Pillow image."""
    with _refusals(name):
        _check_size(image.size, MAX_PIXELS, name)
        image.load()
        return Picture(name, _on_paper(image, invert, largest), _upright(image.size, image))


def from_array(values: NDArray[Any], *, name: str = "<array>", invert: bool = False, largest: int = LARGEST) -> Picture:
    """Take an array (h, w), (h, w, 3) or (h, w, 4): booleans, unsigned integers, or floats in [0, 1]; 1 is white.

    Raises:
        ArtError: the array has another shape or type, no pixels, or values that are not finite.
    """
    values = np.asarray(values)
    if values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] not in (1, 3, 4)) or 0 in values.shape:
        raise ArtError(
            f"an array of shape {values.shape} is not a picture", place=name, hint="give (h, w), (h, w, 3) or (h, w, 4)"
        )
    if values.dtype == np.bool_:
        values = values.astype(np.uint8) * np.uint8(255)
    elif np.issubdtype(values.dtype, np.floating):
        if not np.isfinite(values).all():
            raise ArtError("the array holds non-finite values", place=name, hint="give floats between 0 and 1")
        values = np.rint(np.clip(values, 0.0, 1.0) * 255.0).astype(np.uint8)
    elif values.dtype == np.uint16:
        values = (values >> 8).astype(np.uint8)
    elif values.dtype != np.uint8:
        raise ArtError(
            f"an array of {values.dtype} is not a picture", place=name, hint="give bool, uint8, uint16 or floats"
        )
    from PIL import Image

    return from_image(
        Image.fromarray(values[..., 0] if values.shape[2:] == (1,) else values),
        name=name,
        invert=invert,
        largest=largest,
    )


def _bytes(path: str | Path, name: str) -> bytes:
    limit = MAX_BYTES + 1
    if str(path) == "-":
        if sys.stdin is None:
            raise ArtError("standard input is closed", place=name, hint="name a file, or pipe a picture in")
        data = sys.stdin.buffer.read(limit)
    else:
        try:
            with open_file(path, streams=True) as file:
                data = file.read(limit)
        except FileNotFoundError:
            raise ArtError("there is no such file", place=name, hint="check the path: ls") from None
        except IsADirectoryError:
            raise ArtError("this is a folder, not a picture", place=name, hint="name the pictures in it") from None
        except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise ArtError(
                f"the file cannot be read: {reason}", place=name, hint="check its permissions: ls -l FILE"
            ) from None
    if len(data) >= limit:
        raise ArtError("the file is over 64 MiB", place=name, hint="reduce the picture first")
    return data


def _is_svg(data: bytes) -> bool:
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith(b"<svg") or (start.startswith((b"<?xml", b"<!doctype svg", b"<!--")) and b"<svg" in start)


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Turn whatever a decoder raises on a damaged file into one error of ours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ArtError:
        raise
    except MemoryError:
        raise ArtError("there is not enough memory to decode it", place=name, hint="reduce the picture first") from None
    except Exception as error:  # decoders raise nearly everything: OSError, SyntaxError, IndexError, struct.error …
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise ArtError(
            f"the picture is damaged: {reason}", place=name, hint="copy it again, or save it anew from another program"
        ) from None


def _check_size(size: tuple[int, int], most: int, name: str) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise ArtError("the picture has no pixels", place=name, hint="give a picture of at least 1 × 1 pixels")
    if width * height > most or max(size) > MAX_SIDE:
        raise _too_large(f"a picture of {width} × {height} pixels", most, name)


def _too_large(what: str, most: int, name: str) -> ArtError:
    return ArtError(
        f"{what} is too large: at most {most // 1_000_000} million are read",
        place=name,
        hint="reduce the picture first",
    )


def _upright(size: tuple[int, int], image: Image) -> tuple[int, int]:
    """The size (h, w) once the EXIF orientation is obeyed."""
    turned = _orientation(image) in (5, 6, 7, 8)
    return size if turned else (size[1], size[0])


def _orientation(image: Image) -> int:
    try:
        return int(image.getexif().get(0x0112, 1))
    except Exception:  # damaged EXIF data is no reason to refuse a picture
        return 1


def _on_paper(image: Image, invert: bool, largest: int) -> RGB:
    """Upright RGB (h, w, 3), reduced, on white paper."""
    from PIL import Image as Images
    from PIL import ImageChops

    orientation = _orientation(image)
    image = _eight_bits(image)
    if image.mode in ("P", "PA"):
        image = image.convert("RGBA" if image.mode == "PA" or "transparency" in image.info else "RGB")
    elif ("transparency" in image.info and image.mode in ("1", "L", "RGB")) or image.mode == "LA":
        image = image.convert("RGBA")
    if image.mode != "RGBA":
        image = image.convert("RGB")
    if invert:
        alpha = image.getchannel("A") if image.mode == "RGBA" else None
        image = ImageChops.invert(image.convert("RGB"))
        if alpha is not None:
            image.putalpha(alpha)
    if image.mode == "RGBA":
        paper = Images.new("RGB", image.size, (255, 255, 255))
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    factor = max(image.size) / largest
    if factor > 1.0:
        size = tuple(max(1, round(side / factor)) for side in image.size)
        image = image.resize((size[0], size[1]), Images.Resampling.BOX, reducing_gap=2.0)
    if orientation != 1:
        methods = Images.Transpose
        turn = {
            2: methods.FLIP_LEFT_RIGHT,
            3: methods.ROTATE_180,
            4: methods.FLIP_TOP_BOTTOM,
            5: methods.TRANSPOSE,
            6: methods.ROTATE_270,
            7: methods.TRANSVERSE,
            8: methods.ROTATE_90,
        }.get(orientation)
        image = image if turn is None else image.transpose(turn)
    return np.asarray(image, np.uint8)


def _eight_bits(image: Image) -> Image:
    """A picture of 16 or 32 bits a pixel, in grey, as one of 8; others as they are."""
    from PIL import Image as Images

    if image.mode not in ("I", "F") and not image.mode.startswith("I;16"):
        return image
    values = np.asarray(image).astype(np.float32)
    if image.mode == "F":
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        if low < 0.0 or high > 1.0:
            values = (values - low) / max(high - low, 1e-12)
        values = np.nan_to_num(values) * 255.0
    else:
        # A file of 16 bits; 32 bits are scaled to what they hold.
        values = values * (255.0 / max(65535.0, float(values.max(initial=0.0))))
    grey = Images.fromarray(np.rint(np.clip(values, 0.0, 255.0)).astype(np.uint8))
    if image.mode != "F" and isinstance(see_through := image.info.get("transparency"), int):
        rgba = grey.convert("RGBA")
        rgba.putalpha(Images.fromarray(np.where(np.asarray(image) == see_through, 0, 255).astype(np.uint8)))
        return rgba
    return grey
