"""Programs that make what the package ships; they belong to the checkout and are not installed."""
