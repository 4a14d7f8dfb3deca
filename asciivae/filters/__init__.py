"""Differentiable filters on pictures: convolution kernels, and the completion that joins a drawing's strokes.

Pictures are (B, C, height, width) with ink = 1 unless stated otherwise.
"""
