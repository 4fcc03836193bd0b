"""Addresses of the pages about templates, saved audiences and emergencies."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
