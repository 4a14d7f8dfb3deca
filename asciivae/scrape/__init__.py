"""Collecting ASCII art from web sites and files into a folder: sources, the crawler, and the archive.

The only package that opens sockets, in a child process.
"""
