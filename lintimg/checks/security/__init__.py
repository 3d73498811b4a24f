"""Secrets, and doors left open."""
