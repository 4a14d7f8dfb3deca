"""Collections of ASCII art: one ragged, memory-mapped store, and everything that fills or divides it. No torch."""

from asciivae.corpus.source import open_corpus
from asciivae.corpus.store import Corpus

__all__ = ["Corpus", "open_corpus"]
