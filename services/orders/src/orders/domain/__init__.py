"""Pure decisions about orders: values in, answers out."""
