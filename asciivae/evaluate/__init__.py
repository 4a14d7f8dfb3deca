"""How good a model is: what it reconstructs, and numbers that say so."""
