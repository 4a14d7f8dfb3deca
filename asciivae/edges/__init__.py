"""Edge detection on ASCII art: edge maps, joined contours, and contours as polylines."""

from asciivae.edges.detect import METHODS, EdgeSettings, Method, response
from asciivae.edges.pipeline import Edges, find_edges
from asciivae.filters.join import join

__all__ = ["METHODS", "EdgeSettings", "Edges", "Method", "find_edges", "join", "response"]
