"""Pictures to draw: line drawings made here with a pen of one width, and pictures that scikit-image ships."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SCALE = 3
PEN = 4.0

Point = tuple[float, float]


class Pen:
    """Draws on white paper of w × h units, black, antialiased."""

    def __init__(self, width: int, height: int, pen: float = PEN) -> None:
        self.image = Image.new("L", (width * SCALE, height * SCALE), 255)
        self.draw = ImageDraw.Draw(self.image)
        self.pen = pen

    def line(self, *points: Point, fill: int = 0) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        width = round(self.pen * SCALE)
        self.draw.line(scaled, fill=fill, width=width, joint="curve")
        for x, y in (scaled[0], scaled[-1]):
            r = width / 2
            self.draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)

    def closed(self, *points: Point) -> None:
        self.line(*points, points[0])

    def curve(self, *points: Point, closed: bool = False) -> None:
        """A Catmull-Rom spline through points."""
        p = np.array([points[-1], *points, points[0], points[1]] if closed else [points[0], *points, points[-1]], float)
        t = np.linspace(0.0, 1.0, 16, endpoint=False)[:, None]
        found: list[Point] = []
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
            cubic = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
            found += [(x, y) for x, y in 0.5 * cubic]
        found.append(points[0] if closed else points[-1])
        self.line(*found)

    def arc(self, x: float, y: float, rx: float, ry: float, begin: float = 0, end: float = 360) -> None:
        angles = np.radians(np.linspace(begin, end, 64))
        self.line(*[(x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles])

    def dot(self, x: float, y: float, r: float) -> None:
        self.draw.ellipse([SCALE * v for v in (x - r, y - r, x + r, y + r)], fill=0)

    def done(self) -> NDArray[np.uint8]:
        size = (self.image.width // SCALE, self.image.height // SCALE)
        return np.asarray(self.image.resize(size, Image.Resampling.BOX))


def house() -> NDArray[np.uint8]:
    p = Pen(400, 340)
    p.closed((60, 160), (60, 310), (290, 310), (290, 160))
    p.closed((30, 165), (175, 40), (320, 165))
    p.line((245, 98), (245, 45), (280, 45), (280, 130))
    p.closed((90, 190), (90, 240), (145, 240), (145, 190))
    p.line((117, 190), (117, 240))
    p.line((90, 215), (145, 215))
    p.line((195, 310), (195, 205), (250, 205), (250, 310))
    p.dot(240, 262, 4)
    p.line((10, 310), (390, 310))
    p.line((345, 310), (345, 240))
    p.curve((345, 130), (380, 170), (385, 215), (345, 245), (308, 215), (312, 170), closed=True)
    p.curve((262, 32), (270, 18), (285, 24), (292, 10))
    return p.done()


def cat() -> NDArray[np.uint8]:
    p = Pen(320, 380)
    p.curve((95, 120), (90, 70), (85, 25), (130, 60))
    p.line((130, 60), (190, 60))
    p.curve((190, 60), (235, 25), (230, 70), (225, 120))
    p.curve((95, 120), (105, 165), (160, 180), (215, 165), (225, 120))
    p.arc(132, 105, 11, 13)
    p.arc(188, 105, 11, 13)
    p.dot(132, 106, 5)
    p.dot(188, 106, 5)
    p.closed((152, 132), (168, 132), (160, 142))
    p.curve((160, 142), (150, 156), (138, 150))
    p.curve((160, 142), (170, 156), (182, 150))
    p.line((120, 138), (70, 128))
    p.line((120, 146), (70, 152))
    p.line((200, 138), (250, 128))
    p.line((200, 146), (250, 152))
    p.curve((112, 168), (80, 230), (72, 300), (82, 350))
    p.curve((208, 168), (240, 230), (248, 300), (238, 350))
    p.line((82, 352), (238, 352))
    p.line((140, 350), (140, 260))
    p.line((180, 350), (180, 260))
    p.curve((240, 335), (290, 330), (305, 280), (280, 240))
    return p.done()


def fish() -> NDArray[np.uint8]:
    p = Pen(420, 240)
    p.curve((40, 120), (110, 55), (210, 45), (310, 110))
    p.curve((40, 120), (110, 185), (210, 195), (310, 130))
    p.curve((310, 110), (350, 80), (385, 45), (380, 120), (385, 195), (350, 160), (310, 130))
    p.arc(95, 105, 14, 14)
    p.dot(95, 105, 5)
    p.curve((140, 72), (158, 120), (140, 168))
    p.curve((160, 52), (200, 15), (260, 30), (270, 75))
    p.curve((190, 190), (215, 220), (245, 210), (235, 182))
    p.curve((45, 130), (60, 135), (72, 130))
    for x, y in ((190, 100), (190, 140), (230, 90), (230, 120), (230, 150), (268, 105), (268, 135)):
        p.arc(x, y, 13, 12, -80, 80)
    return p.done()


def boat() -> NDArray[np.uint8]:
    p = Pen(420, 360)
    p.curve((60, 265), (100, 320), (300, 320), (350, 265))
    p.line((60, 265), (350, 265))
    p.line((205, 265), (205, 30))
    p.curve((215, 45), (290, 110), (320, 240))
    p.line((215, 45), (215, 240), (320, 240))
    p.curve((195, 70), (140, 150), (90, 240))
    p.line((195, 70), (195, 240), (90, 240))
    p.closed((205, 30), (170, 18), (205, 8))
    for y, shift in ((325, 0), (345, 30)):
        p.curve(*[(10 + shift + 40 * i, y + (8 if i % 2 else -4)) for i in range(10)])
    return p.done()


def mug() -> NDArray[np.uint8]:
    p = Pen(360, 330)
    p.arc(150, 110, 95, 24)
    p.line((55, 110), (70, 270))
    p.line((245, 110), (230, 270))
    p.arc(150, 270, 80, 22, 0, 180)
    p.curve((243, 140), (310, 130), (320, 200), (290, 235), (234, 232))
    p.curve((242, 165), (285, 158), (290, 195), (270, 212), (236, 210))
    for x in (105, 150, 195):
        p.curve((x, 75), (x - 14, 58), (x + 12, 42), (x, 20))
    p.arc(150, 112, 70, 14)
    p.arc(150, 290, 140, 26, 20, 160)
    return p.done()


def flower() -> NDArray[np.uint8]:
    p = Pen(300, 380)
    p.arc(150, 120, 26, 26)
    for k in range(8):
        a = 2 * math.pi * k / 8
        u, v = (math.cos(a), math.sin(a)), (-math.sin(a), math.cos(a))
        at = lambda r, s, u=u, v=v: (150 + r * u[0] + s * v[0], 120 + r * u[1] + s * v[1])  # noqa: E731
        p.curve(at(27, -8), at(60, -24), at(95, -12), at(102, 0), at(95, 12), at(60, 24), at(27, 8))
    p.curve((150, 225), (145, 290), (152, 365))
    p.curve((148, 330), (100, 320), (75, 270), (120, 285), (148, 330))
    p.curve((150, 310), (195, 300), (225, 250), (180, 262), (150, 310))
    return p.done()


def snail() -> NDArray[np.uint8]:
    p = Pen(420, 280)
    p.line(
        *[
            (210 + (12 + 3.6 * t * 3) * math.cos(t), 140 + (10 + 3.3 * t * 3) * math.sin(t))
            for t in np.linspace(0, 8.6, 120)
        ]
    )
    p.curve((30, 245), (120, 240), (210, 250), (320, 245), (370, 190), (385, 150), (360, 120), (335, 150), (318, 200))
    p.line((30, 245), (380, 258))
    p.line((372, 128), (395, 80))
    p.line((355, 122), (358, 72))
    p.dot(396, 78, 6)
    p.dot(358, 70, 6)
    p.curve((365, 165), (375, 170), (382, 162))
    return p.done()


def bicycle() -> NDArray[np.uint8]:
    p = Pen(460, 290)
    for x in (105, 350):
        p.arc(x, 190, 78, 78)
        p.arc(x, 190, 8, 8)
    p.line((105, 190), (175, 85), (310, 85), (220, 195), (105, 190))
    p.line((175, 85), (220, 195))
    p.line((350, 190), (300, 50))
    p.line((300, 50), (340, 40), (352, 55))
    p.line((165, 68), (175, 85))
    p.line((140, 66), (192, 66))
    p.arc(220, 195, 18, 18)
    p.line((220, 195), (240, 232))
    return p.done()


def photo(name: str) -> Callable[[], NDArray[np.uint8]]:
    def load() -> NDArray[np.uint8]:
        import skimage.data

        picture = getattr(skimage.data, name)()
        return picture.astype(np.uint8) * np.uint8(255) if picture.dtype == bool else picture

    return load


DRAWN = {f.__name__: f for f in (house, cat, fish, boat, mug, flower, snail, bicycle)}
PHOTOS = {name: photo(name) for name in ("horse", "camera", "coffee", "chelsea", "astronaut", "coins", "rocket")}
PICTURES = {**DRAWN, **PHOTOS}

NINE = {
    "house": 40,
    "cat": 32,
    "fish": 40,
    "boat": 40,
    "mug": 36,
    "horse": 44,
    "camera": 44,
    "coffee": 44,
    "chelsea": 44,
}
"""Of the study's kind: five drawn ones, a silhouette, three photos; with their columns."""
