"""What a drawing in characters looks like: its edges, its joined contour, and that contour as polylines."""

from asciivae.edges.detect import METHODS, EdgeSettings, Method, response
from asciivae.edges.pipeline import Edges, find_edges
from asciivae.filters.join import join

__all__ = ["METHODS", "EdgeSettings", "Edges", "Method", "find_edges", "join", "response"]
