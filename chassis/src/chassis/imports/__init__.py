"""The import machine: any file, a profile that says how to read it, and records that come out typed."""
