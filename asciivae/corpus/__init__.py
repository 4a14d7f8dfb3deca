"""Corpora of ASCII art: a ragged, memory-mapped store; formats, cleaning, splits, augmentation. No torch."""
