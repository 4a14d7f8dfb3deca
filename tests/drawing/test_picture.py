import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tracers import disc, encoded, house

from asciivae.drawing.picture import MAX_PIXELS, Picture, decode_picture, from_array, from_image, read_picture
from asciivae.errors import ArtError


def corner(picture: Picture) -> list[int]:
    return picture.rgb[0, 0].tolist()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "PPM"])
def test_reads_every_format(form: str) -> None:
    picture = decode_picture(encoded(house(60), form))

    assert picture.size == (60, 60)
    assert picture.rgb.shape == (60, 60, 3)
    assert picture.rgb.dtype == np.uint8
    assert picture.grey[0, 0] > 0.95
    assert picture.grey.min() < 0.1


def test_transparency_is_paper_in_every_mode() -> None:
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])

    assert corner(decode_picture(encoded(clear))) == [255] * 3
    assert corner(decode_picture(encoded(clear.convert("LA")))) == [255] * 3
    assert corner(decode_picture(encoded(palette, transparency=0))) == [255] * 3
    assert corner(decode_picture(encoded(Image.new("RGB", (4, 4)), transparency=(0, 0, 0)))) == [255] * 3
    assert corner(decode_picture(encoded(clear), invert=True)) == [255] * 3
    assert corner(decode_picture(encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 128))))) == [127] * 3


def test_exif_orientation_is_obeyed() -> None:
    image = Image.new("RGB", (40, 20), (255, 255, 255))
    image.paste((255, 0, 0), (0, 0, 10, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to see it upright

    picture = decode_picture(encoded(image, exif=exif))

    assert picture.size == (40, 20)
    assert picture.rgb.shape == (40, 20, 3)
    assert picture.rgb[0, -1].tolist() == [255, 0, 0]
    assert corner(picture) == [255, 255, 255]


def test_sixteen_bits_grey() -> None:
    values = np.array([[0, 32768, 65535]], np.uint16)

    picture = decode_picture(encoded(Image.fromarray(values)))

    assert picture.rgb[0, :, 0].tolist() == [0, 128, 255]


def test_palette_bilevel_and_cmyk() -> None:
    colours = Image.new("RGB", (4, 4), (10, 200, 30))

    assert corner(decode_picture(encoded(colours.quantize(4)))) == [10, 200, 30]
    assert corner(decode_picture(encoded(Image.new("1", (4, 4), 1)))) == [255] * 3
    cmyk = decode_picture(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert cmyk.rgb[0, 0, 0] > 240
    assert cmyk.rgb[0, 0, 1:].max() < 15


def test_the_first_frame_of_a_gif_is_taken() -> None:
    frames = [Image.new("L", (8, 8), 255), Image.new("L", (8, 8), 0)]

    picture = decode_picture(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))

    assert corner(picture) == [255] * 3


def test_invert_swaps_dark_and_light() -> None:
    assert corner(decode_picture(encoded(Image.new("L", (2, 2), 255)), invert=True)) == [0] * 3


def test_a_large_picture_is_reduced_and_says_its_own_size() -> None:
    picture = decode_picture(encoded(Image.new("L", (3000, 1000), 255), "JPEG"), largest=600)

    assert picture.size == (1000, 3000)
    assert max(picture.rgb.shape) <= 600


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"hello", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG pictures cannot be read"),
        (b"<?xml version='1.0'?>\n<svg/>", "SVG pictures cannot be read"),
        (encoded(disc(64, noise=40.0))[:-300], "damaged"),
        (encoded(disc(64, noise=40.0), "JPEG")[:400], "damaged"),
    ],
)
def test_what_is_not_a_picture_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ArtError, match=reason) as caught:
        decode_picture(data, name="x.png")

    assert caught.value.place == "x.png"
    assert caught.value.hint


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(60_000, 60_000), (MAX_PIXELS + 1, 1), (5000, 5000)])
def test_a_picture_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(ArtError, match="too large"):
        decode_picture(png_that_claims(*size))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ArtError, match="no such file"):
        read_picture(tmp_path / "no.png")
    with pytest.raises(ArtError, match="a folder"):
        read_picture(tmp_path)
    with pytest.raises(ArtError, match="cannot be read"):
        read_picture("a\0b")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(encoded(house(40)))))

    assert read_picture("-").name == "<stdin>"

    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(ArtError, match="closed"):
        read_picture("-")


def test_arrays_and_images() -> None:
    assert corner(from_array(np.ones((2, 3)))) == [255] * 3
    assert corner(from_array(np.zeros((2, 3), np.bool_))) == [0] * 3
    assert corner(from_array(np.full((2, 3, 4), 0, np.uint8))) == [255] * 3
    assert corner(from_array(np.full((2, 3, 1), 7, np.uint8))) == [7] * 3
    assert corner(from_array(np.full((2, 3), 65535, np.uint16))) == [255] * 3
    assert from_image(house(30)).size == (30, 30)


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((0, 3)),
        np.zeros(3),
        np.zeros((2, 2, 2)),
        np.full((2, 2), np.nan),
        np.zeros((2, 2), np.int64),
        np.zeros((2, 2), "U1"),
    ],
)
def test_arrays_that_are_no_pictures(values: np.ndarray) -> None:
    with pytest.raises(ArtError):
        from_array(values)


def test_mutated_files_give_our_own_errors_only() -> None:
    draw = np.random.default_rng(0)
    seeds = [
        *(encoded(disc(48, noise=20.0), form) for form in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "PPM")),
        encoded(disc(48).convert("RGBA")),
        encoded(disc(48).convert("P")),
        encoded(disc(48).convert("CMYK"), "JPEG", progressive=True),
    ]
    read = 0
    for number in range(300):
        data = bytearray(seeds[number % len(seeds)])
        kind = number // len(seeds) % 4
        if kind == 0:
            for place in draw.integers(0, len(data), 1 + number % 12):
                data[place] = draw.integers(0, 256)
        elif kind == 1:
            del data[int(draw.integers(1, len(data))) :]
        elif kind == 2:
            place = int(draw.integers(0, len(data)))
            data[place:place] = draw.bytes(int(draw.integers(1, 64)))
        else:
            # In the header: sizes, depths, kinds.
            for place in draw.integers(0, min(64, len(data)), 3):
                data[place] = draw.integers(0, 256)
        try:
            picture = decode_picture(bytes(data))
        except ArtError:
            continue
        read += 1
        assert picture.rgb.ndim == 3
        assert picture.rgb.size
    assert 30 < read < 290
