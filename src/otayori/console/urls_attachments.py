"""Addresses of the pages about files of a message."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
