"""Numbers that say how good a reconstruction, a picture or a model is."""
