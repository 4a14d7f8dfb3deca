"""Reports: HTML pages, curves, PNG and GIF pictures."""
