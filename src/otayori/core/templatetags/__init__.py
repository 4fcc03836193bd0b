"""Template tags every page is made of."""
