"""From a picture to a drawing in characters: reading, lines, tracing, search."""
