"""Addresses of the pages about approving messages and the rules of sending."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
