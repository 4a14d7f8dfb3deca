"""What can be done in the latent space of a trained model: reconstruct, sample, interpolate."""
