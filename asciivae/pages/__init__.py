"""What a page model is for: drawing pages, completing them, and saying how likely they are."""
