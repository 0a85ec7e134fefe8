"""What leaves: drafts, the rows that hold them, and what to do when sending fails."""
