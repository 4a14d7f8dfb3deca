"""Collections of ASCII art: one ragged, memory-mapped store, and everything that fills or divides it. No torch."""
