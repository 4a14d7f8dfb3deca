"""The generator of the embedded corpus: original drawings, hand-drawn and procedural.

The collection is a deterministic function of seeds and the text files in `hand_drawn`; it needs only the standard
library. `python -m tools.drawings` writes it to `asciivae/assets/drawings.jsonl.gz`, which the package ships.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from . import (
    animals,
    birds,
    boats,
    boxes,
    cars,
    castles,
    charts,
    cities,
    fish,
    flowers,
    flying,
    food,
    furniture,
    games,
    houses,
    insects,
    knots,
    landscapes,
    letters,
    mazes,
    patterns,
    people,
    robots,
    rockets,
    sea_life,
    signs,
    trains,
    trees,
)
from .canvas import Canvas
from .chance import Chance

HAND_DRAWN = Path(__file__).parent / "hand_drawn"
"""A folder for each category, with a text file for each piece."""

PROCEDURAL = 2500
"""How many procedural pieces the collection has."""

CATEGORIES: dict[str, Callable[[Chance], Canvas]] = {
    "trees": trees.trees,
    "flowers": flowers.flowers,
    "landscapes": landscapes.landscapes,
    "houses": houses.houses,
    "castles": castles.castles,
    "cities": cities.cities,
    "bridges": cities.bridges,
    "boats": boats.boats,
    "fish": fish.fishes,
    "sea-life": sea_life.sea_creatures,
    "cars": cars.cars,
    "trains": trains.trains,
    "flying": flying.flying,
    "rockets": rockets.rockets,
    "birds": birds.birds,
    "insects": insects.insects,
    "animals": animals.animals,
    "people": people.people,
    "robots": robots.robots,
    "furniture": furniture.furniture,
    "food": food.food,
    "games": games.games,
    "boxes": boxes.boxes,
    "mazes": mazes.mazes,
    "knots": knots.knots,
    "patterns": patterns.patterns,
    "letters": letters.letters,
    "signs": signs.signs,
    "charts": charts.charts,
}
"""What the procedural artist draws."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing of the collection.

    Attributes:
        name: unique in the collection, `category/title`.
        category: its subject.
        text: at most 64 × 64 cells; characters 32-126 and newlines, no trailing blanks, no blank outer lines,
            no common indentation.
    """

    name: str
    category: str
    text: str


def draw(seed: int) -> Drawing:
    """Return the piece for a seed, an integer from 0; the categories alternate.

    Raises:
        ValueError: `seed` is negative, which `random` would treat as its absolute value.
    """
    if seed < 0:
        raise ValueError(f"a seed is a whole number from 0, not {seed}")
    names = list(CATEGORIES)
    category = names[seed % len(names)]
    return Drawing(f"{category}/{seed:05d}", category, CATEGORIES[category](Chance(seed)).text())


def by_hand() -> list[Drawing]:
    """Return the pieces drawn by hand, sorted by name."""
    pieces = [
        Drawing(f"{file.parent.name}/{file.stem}", file.parent.name, file.read_text("ascii").rstrip("\n"))
        for file in HAND_DRAWN.glob("*/*.txt")
    ]
    return sorted(pieces, key=lambda piece: piece.name)


def collection() -> list[Drawing]:
    """Return the pieces drawn by hand, then `PROCEDURAL` distinct generated ones."""
    pieces = {piece.text: piece for piece in by_hand()}
    wanted = len(pieces) + PROCEDURAL
    seed = 0
    while len(pieces) < wanted:
        piece = draw(seed)
        pieces.setdefault(piece.text, piece)
        seed += 1
    return list(pieces.values())


def json_lines(pieces: Iterable[Drawing]) -> bytes:
    """Return pieces as a corpus of JSON lines."""
    records = ({"id": piece.name, "category": piece.category, "text": piece.text} for piece in pieces)
    return "".join(json.dumps(record) + "\n" for record in records).encode("ascii")
