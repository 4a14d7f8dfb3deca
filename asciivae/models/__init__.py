"""Variational autoencoders of pages of characters, and what lies between their logits and a picture."""
