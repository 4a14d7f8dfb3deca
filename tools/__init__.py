"""Programs that generate the package's assets; part of the repository, not installed."""
