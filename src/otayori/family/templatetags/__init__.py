"""Template tags of the guardian app."""
