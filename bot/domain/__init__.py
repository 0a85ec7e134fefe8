"""The vocabulary of the product: plain values, standard library only."""
