"""Recipes: experiments as plain data, validated before anything runs.

`loader` reads strict YAML into `nodes` with positions, `overrides` applies `--set` and `--unset`, `schema` defines the
kinds of recipes, `problems` words validation errors, `resolve` combines these into a `LoadedRecipe`, `library` finds
recipes by name, and `export` writes recipes and their JSON Schema.
"""
