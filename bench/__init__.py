"""Measurements: `make bench` prints a table of medians. Never part of the tests."""
