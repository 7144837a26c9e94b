"""Pure decisions about pay: values in, answer out; no clock, no database, no third-party import."""
