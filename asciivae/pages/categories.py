"""The categories that a page model can be conditioned on, and how those of a corpus are merged into them.

A corpus names thousands ("Animals,Cats", "98august"). A piece belongs to the first category of this table one of whose
patterns is found in its own; a piece in none is learned without one. Each held at least 64 pieces of the corpus that
the bundled model was trained on.
"""

from __future__ import annotations

import difflib
import re

from asciivae.errors import UsageError

TABLE: dict[str, str] = {
    "cows": r"\bcows?\b",
    "cats": r"\bcats?\b|kitt(y|en)|garfield",
    "dogs": r"\bdogs?\b|pupp|snoopy|dachs",
    "birds": r"bird|owl|duck|chicken|penguin|parrot|eagle|swan|rooster|goose|chick|flamingo|stork",
    "fish-and-sea": r"fish|shark|aquarium|whale|dolphin|octopus|seahorse|seal\b|lobster|shell|crab|sea\b|marine",
    "horses": r"horse|unicorn|moose|deer|zebra|donkey|camel|pony|rudolph|reindeer",
    "insects": r"insect|spider|butterfl|\bbees?\b|\bants?\b|worm|snail|\bbugs?\b|ladybug",
    "small-animals": (
        r"mouse|mice|rabbit|bunny|bunnies|rodent|squirrel|ferret|\brats?\b|hamster|hedgehog|skunk|raccoon"
    ),
    "reptiles": r"reptile|frog|turtle|snake|dinosaur|croc|lizard|amphib",
    "bears-and-large-animals": (
        r"bear|elephant|pig|lion|tiger|monkey|gorilla|giraffe|hippo|wolf|fox|sheep|goat|kangaroo|koala|"
        r"panda|rhino|teddy"
    ),
    "animals": r"animal|pets|farm",
    "dragons": r"dragon",
    "star-wars": r"star ?wars|tie-fighter|x-wing|yoda",
    "star-trek": r"star ?trek|enterprise|klingon",
    "space": r"space|rocket|planet|moon|earth|alien|ufo|astronom|satellite|lander|nasa|galaxy|tuax",
    "monsters-and-myth": (
        r"mytholog|mermaid|fairy|fairies|devil|ghost|skull|monster|witch|vampire|death|skelet|wizard|"
        r"fantasy|angel|genie|centaur|phoenix"
    ),
    "knights-and-castles": r"knight|castle|medieval|king\b|queen|crown|chess",
    "weapons": r"weapon|sword|gun|rifle|axe|bomb|tank|soldier|army|military|cannon|war\b",
    "flight": r"airplane|plane|helicopter|red_baron|fokker|balloon|kite|aircraft|flight",
    "boats": r"boat|ship|sail|submarine|pirate|anchor",
    "cars-and-trains": r"train|locomotive|railway|vehicle|\bcars?\b|motor|truck|bus\b|bicycle|bike|traffic",
    "sports": (
        r"sport|ball\b|baseball|golf|tennis|ski|fishing|tai-chi|skate|olympi|gymnast|dancing|hockey|"
        r"soccer|bowling"
    ),
    "music": r"music|guitar|piano|drum|flute|band_|instrument",
    "christmas": r"christmas|xmas|santa|snow ?man|advent|12days|wrapping|elf\b",
    "holidays": r"holiday|easter|hallowe?en|pumpkin|birthday|valentine|wedding|thanksgiving|new ?year",
    "hearts-and-romance": r"heart|romance|love|couple|kiss",
    "buildings": r"building|house|church|bridge|lighthouse|city|tower|skyline|barn|windmill",
    "furniture-and-household": (
        r"furniture|chair|lamp|candle|bath|toilet|kitchen|household|clock|bottle|phone|tele|camera|"
        r"electronic|radio|hair"
    ),
    "computers": r"computer|floppy|linux|keyboard|internet|windows|unix|pizza",
    "plants": r"plant|flower|rose|tree|cactus|mushroom|leaf|garden|tulip",
    "nature": (
        r"nature|vulcano|volcano|mountain|sun\b|landscape|island|beach|desert|weather|rain|cloud|sunset|"
        r"snowflake"
    ),
    "food": r"food|drink|coffee|cake|beer|wine|fruit|pizza|bar\b|tea",
    "comics": (
        r"cartoon|comic|simpson|mickey|looney|dilbert|peanuts|muppet|sesame|pooh|smurf|disney|asterix|"
        r"tintin|kilroy|toys|anime|sailor_moon|manga|dragon_ball|pokemon"
    ),
    "games": r"game|puzzle|dice|cards|lucas|lara|tetris|tic_tac",
    "film-and-television": r"movie|television|film|batman|superman|x-files|actor",
    "faces-and-people": (
        r"face|people|person|men\b|women|woman|man\b|baby|nerd|hand|eyes|body|cowboy|clown|nude|portrait|"
        r"musician|stickman|rowdy|indian|child|girl|boy"
    ),
    "religion": r"relig|cross|ark_of|christ|buddha|bible|sphinx|egypt|pyramid",
    "logos-and-writing": r"logo|flag|letter|chinese|hiragana|tengwar|alphabet|sign|text|book|name|font",
}
"""Patterns (regular expressions, case ignored), by category."""

CATEGORIES = tuple(TABLE)
_PATTERNS = [re.compile(pattern, re.IGNORECASE) for pattern in TABLE.values()]


def merged(category: str) -> int:
    """The number of the category that a corpus's own falls into, from 1; 0 for none."""
    plain = category.replace("_", " ")
    for number, pattern in enumerate(_PATTERNS, 1):
        if pattern.search(plain) or pattern.search(category):
            return number
    return 0


def category_number(name: str) -> int:
    """The number of a category that a user names.

    Raises:
        UsageError: there is no such category.
    """
    if name in TABLE:
        return CATEGORIES.index(name) + 1
    near = difflib.get_close_matches(name, CATEGORIES, 1)
    raise UsageError(
        f"there is no category {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
        place="--category",
        hint="one of " + ", ".join(CATEGORIES),
    )
