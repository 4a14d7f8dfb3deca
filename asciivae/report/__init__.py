"""Results for people: HTML, curves, PNG and GIF."""
