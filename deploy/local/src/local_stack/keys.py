"""Ed25519 key pairs of everybody who signs, made on first start."""

from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from local_stack.secret_files import write_secret


def make_keys(issuers: Iterable[str], private: Path, public: Path) -> None:
    """Give every issuer a key pair: `<private>/<issuer>.pem` for itself (0600), `<public>/<issuer>.pem` for all.

    An existing private key is kept, and its public half is written again where it is missing.
    """
    private.mkdir(parents=True, exist_ok=True, mode=0o700)
    public.mkdir(parents=True, exist_ok=True)
    for issuer in issuers:
        own = private / f"{issuer}.pem"
        if not own.exists():
            key = Ed25519PrivateKey.generate()
            write_secret(own, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        shown = public / f"{issuer}.pem"
        if not shown.exists():
            half = load_pem_private_key(own.read_bytes(), None).public_key()
            write_secret(shown, half.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
