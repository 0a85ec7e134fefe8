"""The one door out, and the way in."""
