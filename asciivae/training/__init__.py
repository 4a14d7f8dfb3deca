"""Training: named randomness, batches, the loop, checkpoints, and the guard against numbers that are none."""
