"""What a run minimises: named terms per piece, and the objective that weighs them."""
