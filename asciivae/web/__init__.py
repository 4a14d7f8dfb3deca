"""The page on which the models can be tried in a browser: its files, and a server for this machine alone."""
