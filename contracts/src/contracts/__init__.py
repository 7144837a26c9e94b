"""Every word the services say to each other: data shapes only, no behaviour of any one service."""
