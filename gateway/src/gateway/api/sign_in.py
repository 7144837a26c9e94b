"""Sign in, stay signed in, sign out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from chassis.web import Session, answer
from gateway.commands.accounts import change_own_password
from gateway.commands.sessions import Opened, note_refusal, open_session, refresh_session, revoke_session
from gateway.domain.errors import RefreshRefused, SignInRefused, WrongPassword
from gateway.doors import Chance, Known, Network, Own, OwnPasswordChecked, Passwords, PublicSession, SignIn
from gateway.schemas import AnyToken, Me, OwnPassword, RefreshToken, Tokens

router = APIRouter(prefix="/auth", tags=["sign-in"])


@router.post("/token", response_model=Tokens)
async def sign_in(attempt: SignIn, session: PublicSession, chance: Chance) -> Tokens | Response:
    """Sign in with login and password (OAuth2 password form)."""
    if attempt.account is None:
        await note_refusal(session, login=attempt.login, network=attempt.network)
        return answer(SignInRefused())
    opened = await open_session(session, account=attempt.account, network=attempt.network, randomness=chance)
    return _tokens(opened)


@router.post("/refresh", response_model=Tokens)
async def refresh(
    body: RefreshToken, session: PublicSession, network: Network, known: Known, chance: Chance
) -> Tokens | Response:
    """Exchange a refresh token for a new pair; one that was used before ends its session."""
    outcome = await refresh_session(session, token=body.refresh_token, network=network, randomness=chance)
    if isinstance(outcome, Opened):
        return _tokens(outcome)
    known.forget(outcome.ended)
    return answer(RefreshRefused())


@router.post("/revoke", status_code=204)
async def revoke(body: AnyToken, session: PublicSession, network: Network, known: Known) -> None:
    """Sign out: end the session of an access or refresh token. An unknown token is no error (RFC 7009)."""
    known.forget(await revoke_session(session, token=body.token, network=network))


@router.get("/me")
async def me(by: Own) -> Me:
    """Tell who is signed in."""
    return Me(
        login=by.sub,
        employee_no=by.employee_no,
        roles=sorted(by.roles),
        departments=sorted(by.departments),
        shops=sorted(by.shops),
    )


async def _new_hash(body: OwnPassword, by: Own, hashing: Passwords) -> str:
    return await hashing.hash(body.new, by.sub)


@router.post("/password", status_code=204, response_model=None)
async def change_password(
    by: Own, attempt: OwnPasswordChecked, hash: Annotated[str, Depends(_new_hash)], session: Session, known: Known
) -> Response | None:
    """Change one's own password; every session of the account ends, this one too."""
    if attempt.account is None:
        await note_refusal(session, login=attempt.login, network=attempt.network)
        return answer(WrongPassword(field="current"))
    known.forget(await change_own_password(session, by=by, password_hash=hash))
    return None


def _tokens(opened: Opened) -> Tokens:
    return Tokens(access_token=opened.access_token, refresh_token=opened.refresh_token)
