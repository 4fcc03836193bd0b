"""Dates in what schools write: found in the text, kept beside the message, and told to calendars."""
