"""onehot2raa, the learned renderer: network, training inputs, objective and validation."""
