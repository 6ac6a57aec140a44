"""Bytes that people hand in: sniffed, cleaned, hashed, stored under a random name."""
