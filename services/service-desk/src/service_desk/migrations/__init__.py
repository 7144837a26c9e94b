"""The tables of service-desk, version by version."""
