"""Recipes become objects; runs start, resume, are evaluated, compared and exported."""
