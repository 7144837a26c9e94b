"""The decisions of the gateway: values in, answers out."""
