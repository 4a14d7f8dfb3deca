"""Recipes: an experiment as plain data, checked before anything runs.

`loader` reads strict YAML into `nodes` that know their place, `overrides` applies `--set` and `--unset`, `schema`
says what a recipe may hold, `options` checks the options of named components, `resolve` puts these together into
a `LoadedRecipe`, `library` finds recipes by name, and `export` writes recipes and their JSON Schema.
"""
