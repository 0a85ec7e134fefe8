"""What people tap and write, and what forged or old buttons may not do."""
