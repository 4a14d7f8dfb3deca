"""Settings: frozen dataclasses, strictly validated when built from plain data (a recipe, a plugin's options)."""
