"""A mail server for demo and development: takes every mail, delivers none, shows all on a web page."""
