"""Experiments: built from recipes; runs that start, resume, and are evaluated, compared and exported."""
