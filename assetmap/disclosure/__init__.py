"""What may leave, and to whom? Every exit passes `release`."""
