"""asciivae trains variational autoencoders on ASCII art, where the rendered picture counts."""

__version__ = "0.1.0.dev0"
