"""Loads demo input through the gateway, as people would."""


def load(address: str, passwords: dict[str, str]) -> None:
    raise NotImplementedError
