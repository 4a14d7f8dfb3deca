"""onehot2raa, the learned renderer: the network, what it learns from, and how it is measured."""
