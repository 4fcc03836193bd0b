"""Roster files: decode -> table -> columns -> parse -> diff, each pure, without Django or a database.

`parse.read_roster` turns an uploaded file into student rows or line-exact problems, `diff.make_plan`
compares the rows with the roster of today, and `errors.describe` says a problem in words.
"""
