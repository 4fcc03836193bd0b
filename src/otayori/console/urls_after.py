"""Addresses of the pages about what comes after sending: reminding, recalling, correcting."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
