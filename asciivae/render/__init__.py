"""Rendering of character probabilities to pictures: paper is 1, ink is 0."""
