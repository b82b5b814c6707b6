"""The shapes of what people send: booking, contracts, logging."""
