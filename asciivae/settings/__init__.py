"""Settings: frozen dataclasses, checked strictly wherever plain data (a recipe, a plugin's options) becomes one."""
