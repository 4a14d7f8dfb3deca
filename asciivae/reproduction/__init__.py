"""Reproduction of the research log: its commits, command lines, architectures and claims."""
