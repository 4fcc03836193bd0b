"""Addresses of the pages about printed letters, and who was told by other means."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
