"""The research log: its commits, command lines, architectures and claims, and whether recipes reproduce them."""
