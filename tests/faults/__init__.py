"""What happens when Telegram, the network, the database or the process fails."""
