"""Training: batches, the loop, validation, checkpoints, and the check for non-finite values."""
