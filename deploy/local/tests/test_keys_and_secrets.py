"""Keys and passwords are made once, whole, and for their owner's eyes."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from local_stack.keys import make_keys
from local_stack.secret_files import password


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def test_each_issuer_gets_a_pair_that_fits_and_stays(tmp_path: Path) -> None:
    private, public = tmp_path / "private", tmp_path / "public"
    make_keys(["gateway", "payroll"], private, public)
    before = (private / "gateway.pem").read_bytes()
    (public / "gateway.pem").unlink()

    make_keys(["gateway", "payroll"], private, public)

    assert (private / "gateway.pem").read_bytes() == before
    own = load_pem_private_key(before, None)
    shown = load_pem_public_key((public / "gateway.pem").read_bytes())
    other = load_pem_public_key((public / "payroll.pem").read_bytes())
    assert isinstance(own, Ed25519PrivateKey)
    assert isinstance(shown, Ed25519PublicKey)
    assert own.public_key() == shown != other
    assert (mode(private), mode(private / "gateway.pem")) == ("0o700", "0o600")


def test_a_password_is_made_once(tmp_path: Path) -> None:
    first = password(tmp_path / "p", "orders_app")
    assert password(tmp_path / "p", "orders_app") == first
    assert password(tmp_path / "p", "orders_owner") != first
    assert len(first) >= 43
    assert mode(tmp_path / "p" / "orders_app.password") == "0o600"
