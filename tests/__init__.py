"""What no single service can prove."""
