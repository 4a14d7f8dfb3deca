"""Metrics of reconstructions, pictures and models."""
