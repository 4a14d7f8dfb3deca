"""Filters on pictures: convolution kernels, soft morphology, and the completion that joins a drawing's strokes.

Everything here is differentiable. Pictures are (B, C, height, width) with ink = 1 unless stated otherwise.
"""
