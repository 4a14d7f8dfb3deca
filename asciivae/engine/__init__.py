"""Running trained networks without PyTorch: arrays in, arrays out."""
