"""Addresses of the staff's pages."""

from django.urls import URLPattern

app_name = "console"
urlpatterns: list[URLPattern] = []
