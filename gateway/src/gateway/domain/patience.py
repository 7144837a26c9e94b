"""How long the next attempt to sign in waits: guessing becomes slow, and nobody is locked out.

Attempts run in lanes, one at a time in each. An account has a lane of its own for every network it has signed in from
before, and one for the rest of the world together: whoever guesses from elsewhere, even from a thousand addresses,
slows that one lane only, and the owner at the usual place does not wait. No delay exceeds LONGEST, so the owner gets
in from anywhere.
"""

from datetime import timedelta

WINDOW = timedelta(minutes=15)  # failures older than this count no more
KNOWN_FOR = timedelta(days=90)  # a network is the usual place for so long after a sign-in
FREE = 3  # failures of a lane without delay: people mistype
FREE_OF_NETWORK = 30  # failures from one network over all accounts: an office of people mistypes
FIRST, LONGEST = 0.5, 8.0  # seconds


def delay(failures: int, network_failures: int) -> float:
    """Tell how many seconds the next attempt waits after so many failures in its lane and from its network."""
    return max(_doubling(failures - FREE), _doubling(network_failures - FREE_OF_NETWORK))


def _doubling(over: int) -> float:
    return 0.0 if over < 0 else min(LONGEST, FIRST * 2.0 ** min(over, 10))
