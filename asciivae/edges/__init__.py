"""What a drawing in characters looks like: its edges, its joined contour, and that contour as polylines."""

from asciivae.edges.detect import METHODS, Method, Settings, response
from asciivae.edges.pipeline import Edges, find_edges
from asciivae.filters.join import join

__all__ = ["METHODS", "Edges", "Method", "Settings", "find_edges", "join", "response"]
