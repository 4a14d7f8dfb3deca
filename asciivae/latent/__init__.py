"""Operations in the latent space of a trained model: reconstruction, sampling, interpolation."""
