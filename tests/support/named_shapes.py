"""Drawings with the components and holes that a person sees in them. `ELLIPSE` is the research log's own example."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from asciivae.text.art import parse


class Shape(NamedTuple):
    text: str
    components: int
    holes: int

    @property
    def grid(self) -> NDArray[np.uint8]:
        return parse(self.text)


ELLIPSE = Shape(
    r"""
                  _---------_
                 /           |
                /            \
               /              |
              /               |
              -______________/
""",
    1,
    1,
)

SHAPES = {
    "ellipse": ELLIPSE,
    "box": Shape(
        """
  +---------+
  |         |
  |         |
  +---------+
""",
        1,
        1,
    ),
    "diamond": Shape(
        r"""
      /\
     /  \
    /    \
    \    /
     \  /
      \/
""",
        1,
        1,
    ),
    "circle": Shape(
        r"""
      _.----._
    .'        '.
   /            \
  |              |
  |              |
   \            /
    '._      _.'
       '----'
""",
        1,
        1,
    ),
    "heart": Shape(
        r"""
   .--.   .--.
  /    \ /    \
 |      '      |
  \           /
   '.       .'
     '.   .'
       '.'
""",
        1,
        1,
    ),
    "two boxes": Shape(
        """
+-----+    +-----+
|     |    |     |
|     |    |     |
+-----+    +-----+
""",
        2,
        2,
    ),
    "nested": Shape(
        """
+----------------+
|                |
|   .--------.   |
|   |        |   |
|   |        |   |
|   '--------'   |
|                |
+----------------+
""",
        2,
        2,
    ),
    "zigzag": Shape(
        r"""
\    /\    /
 \  /  \  /
  \/    \/
""",
        1,
        0,
    ),
    "slope": Shape(
        """
          _.-'
      _.-'
  _.-'
""",
        1,
        0,
    ),
    "cross": Shape(
        """
     |
     |
-----+-----
     |
     |
""",
        1,
        0,
    ),
    "parallel": Shape("\n---------------\n\n\n---------------\n", 2, 0),
    "bars": Shape("\n| |\n| |\n| |\n", 2, 0),
    "slashes": Shape("\n  /   /\n /   /\n/   /\n", 2, 0),
    "gap of two": Shape("\n------  ------\n", 2, 0),
    "dots": Shape("\n.   .   .\n", 3, 0),
    "open box": Shape(
        """
+---   ---+
|         |
|         |
+---------+
""",
        1,
        0,
    ),
    "stairs": Shape("\n__\n  |__\n     |__\n        |__\n", 1, 0),
    "pill": Shape("\n .----------.\n(            )\n '----------'\n", 1, 1),
    "bubble": Shape("\n  ,---------.\n (           )\n  `---------'\n", 1, 1),
    "hexagon": Shape("\n   ______\n  /      \\\n /        \\\n \\        /\n  \\______/\n", 1, 1),
    "wave": Shape("\n .-.   .-.   .-.\n'   '-'   '-'   '\n", 1, 0),
    "cup": Shape("\n|        |\n|        |\n|________|\n", 1, 0),
    "house": Shape("\n     /\\\n    /  \\\n   /____\\\n   |    |\n   |    |\n   |____|\n", 1, 2),
    "three boxes": Shape("\n+--+    +--+    +--+\n|  |    |  |    |  |\n+--+    +--+    +--+\n", 3, 3),
    "dashes in a column": Shape("\n" + "-\n" * 5, 5, 0),
    "ruled lines": Shape("\n" + "--------\n" * 4, 4, 0),
    "block": Shape("\n" + "######\n" * 4, 1, 0),
}
