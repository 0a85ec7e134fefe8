"""One text model for the product: views of a text, hashed features, and a linear machine on them."""
