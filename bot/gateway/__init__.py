"""Telegram itself: transport, inbox, dispatch, and the one door out."""
