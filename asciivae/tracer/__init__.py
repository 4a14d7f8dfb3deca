"""Tracers: networks that draw lines with characters, trained on drawings alone."""
