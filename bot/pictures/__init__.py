"""Pictures and printed pages: what people would rather look at than read."""
