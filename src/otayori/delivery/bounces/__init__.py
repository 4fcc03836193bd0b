"""Bounces: what mail servers send back after the relay has taken a mail, and what follows from it.

verp.py names the delivery, report.py reads the mail (dsn.py, plain.py), take_in.py writes it down,
mailbox.py and collect.py fetch it. Nothing in such a mail is believed but what it says of the delivery
that its signed address names.
"""
