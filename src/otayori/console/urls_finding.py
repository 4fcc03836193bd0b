"""Addresses of the pages about finding messages: archive, calendar, copies."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
