"""Template tags of the console pages."""
