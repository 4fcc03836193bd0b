"""Reading untrusted files, in a process of its own that has no settings, no secrets and little room.

Nothing here may import Django, and nothing outside may import from here but `verdict`.
"""
