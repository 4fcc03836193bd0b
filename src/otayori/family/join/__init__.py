"""Joining step by step (design.md 7): sheet, password, child, notice, account, code by mail, device."""
