"""Runs an image as Lambda would: its conditions, its Runtime API through AWS's emulator, its verdicts."""
