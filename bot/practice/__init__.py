"""Practice with a simulated client: personas, the judge of replies, the spaced schedule."""
