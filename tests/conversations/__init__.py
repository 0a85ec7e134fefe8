"""Whole conversations as text, replayed against the running product."""
