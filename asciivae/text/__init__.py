"""Text ↔ class ids: the charset, and parsing, placing and printing ASCII art. Does not import torch."""
