"""From the web and from files to a folder of art: sources, the polite crawler, and what it keeps.

The only room that opens a socket, and it does so in a child process of its own.
"""
