"""Text ↔ class ids: the charset, and reading, placing and printing pieces of ASCII art. No torch here."""
