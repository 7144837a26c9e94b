"""The routes of the import machine, the same in every service."""

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from chassis.auth import Principal
from chassis.database import raw
from chassis.door import door_of, new_id
from chassis.imports import questions
from chassis.imports.kinds import Kind
from chassis.imports.layouts import layouts_of
from chassis.imports.profile import ProfileRefused, read_profile
from chassis.imports.refusing import FileRefused
from chassis.imports.schemas import ImportAccepted, ImportDetail, ImportSummary, Refused, ShippedProfile, Texts
from chassis.imports.stored import importer_text
from chassis.imports.uploading import Received, pieces_of, store_upload
from chassis.imports.validating import narrowed
from chassis.pagination import Page, Paged, cut
from chassis.problems import Conflict, Invalid
from chassis.web import Now, Reading, Session, allowed, database_of

LARGEST = 512 * 1024**2  # bytes of an upload
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[-+]?[0-9][0-9,]*(\.[0-9]+)?%?")
CSV: dict[int | str, Any] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "profile"],
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "profile": {"type": "string", "description": "name of a shipped profile, or YAML"},
                        "kind": {"type": "string", "description": "take in only this kind of record"},
                        "commit": {"type": "boolean", "description": "commit at once when validated"},
                    },
                    "additionalProperties": {"type": "string", "description": "parameters of the profile"},
                }
            }
        },
    }
}


class ProfileUnusable(Invalid):
    """The import profile cannot be used: {why}"""

    zh = "导入模板不可用：{why_zh}"

    def __init__(self, why: str, why_zh: str, errors: list[dict[str, str]]) -> None:
        super().__init__(field="profile", why=why, why_zh=why_zh)
        self.errors = errors


class NoFileSent(Invalid):
    """No file was sent; send at least one part with a file name."""

    zh = "没有收到文件：请至少上传一个文件。"


class ParameterUnexpected(Invalid):
    """The profile {problem} the parameter “{name}”; it wants: {wanted}."""

    zh = "模板的参数“{name}”有误；需要的参数：{wanted}。"


class ImportExpired(Conflict):
    """This import was not committed in time and its rows are gone; send the file again."""

    zh = "此导入长期未提交，数据已清除；请重新上传文件。"


class ImportFailed(Conflict):
    """This import failed and cannot be committed; see `problem`, mend the file or the profile and send it again."""

    zh = "此导入已失败，不能提交：请查看 problem，修正文件或模板后重新上传。"


def imports_router(kinds: Sequence[Kind], profiles: Path) -> APIRouter:
    """Make the routes with which a service takes in `kinds`; `profiles` is the folder of its shipped profiles (*.yaml).

    Needs the permissions `imports.write` and `imports.read`; the service's worker needs `import_job(kinds)`.
    """
    router = APIRouter(prefix="/imports", tags=["imports"])
    shipped = {path.stem: path.read_text("utf-8") for path in sorted(profiles.glob("*.yaml"))}

    @router.post("", status_code=202, max_body_size=LARGEST, openapi_extra=BODY)
    async def send_files(
        request: Request,
        session: Session,
        now: Now,
        by: Annotated[Principal, allowed("imports.write")],
    ) -> ImportAccepted:
        """Store files to be imported; they are validated in the background, and committed when asked."""
        import_id, connection = new_id(), await raw(session)
        pieces = pieces_of(request.stream(), request.headers.get("content-type", ""))
        received = await store_upload(connection, import_id, pieces)
        name, text = _profile_text(received, shipped)
        kind = received.fields.pop("kind", "")
        commit = received.fields.pop("commit", "").lower() in ("true", "yes", "1", "on")
        await asyncio.to_thread(_check, received, text, kind, kinds)
        door = door_of(session)
        await connection.execute(
            "INSERT INTO imports (id, profile_name, profile, kind, parameters, timezone, state, commit_asked,"
            " created_by, importer, correlation_id, created_at, changed_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, 'received', $7, $8, $9, $10, $11, $11)",
            import_id,
            name,
            text,
            kind,
            json.dumps(received.fields),
            str(door.timezone),
            commit,
            door.actor,
            importer_text(by),
            door.correlation_id,
            now,
        )
        return ImportAccepted(id=import_id, state="received")

    @router.get("")
    async def list_imports(
        session: Reading, page: Page, by: Annotated[Principal, allowed("imports.read")]
    ) -> Paged[ImportSummary]:
        """List imports, the latest first; somebody whose account is limited to shops or departments sees their own."""
        (before,) = page.after_key(UUID) or (None,)
        rows = await questions.summaries(await raw(session), _of(by), before, page.limit + 1)
        items, following = cut(rows, page, key=lambda one: (str(one.id),))
        return Paged(items=items, next=following)

    @router.get("/profiles")
    async def list_profiles(by: Annotated[Principal, allowed("imports.read")]) -> list[ShippedProfile]:
        """List the profiles that come with the service."""
        return [_shipped(name, text) for name, text in shipped.items()]

    @router.get("/{import_id}")
    async def show_import(
        import_id: UUID, session: Reading, by: Annotated[Principal, allowed("imports.read")]
    ) -> ImportDetail:
        """Tell how far an import is, what it found, and what was refused."""
        return await questions.detail(await raw(session), _of(by), import_id)

    @router.get("/{import_id}/refusals")
    async def list_refusals(
        import_id: UUID, session: Reading, page: Page, by: Annotated[Principal, allowed("imports.read")]
    ) -> Paged[Refused]:
        """List refused cells, rows and records."""
        (after,) = page.after_key(int) or (0,)
        rows = await questions.refusals(await raw(session), _of(by), import_id, after, page.limit + 1)
        items, following = cut(rows, page, key=lambda one: (one[0],))
        return Paged(items=[refused for _, refused in items], next=following)

    @router.get("/{import_id}/refusals.csv", response_class=StreamingResponse, responses=CSV)
    async def download_refusals(
        import_id: UUID, request: Request, by: Annotated[Principal, allowed("imports.read")]
    ) -> StreamingResponse:
        """Download refused cells, rows and records as CSV for a spreadsheet."""
        found = questions.all_refusals(database_of(request), _of(by), import_id)
        headers = {"Content-Disposition": f'attachment; filename="refusals-{import_id}.csv"'}
        return StreamingResponse(_csv(found), media_type="text/csv; charset=utf-8", headers=headers)

    @router.post("/{import_id}/commit", status_code=202)
    async def commit_import(
        import_id: UUID, session: Session, now: Now, by: Annotated[Principal, allowed("imports.write")]
    ) -> ImportAccepted:
        """Take in what an import found; asking again changes nothing."""
        connection = await raw(session)
        state = await questions.state_for_update(connection, _of(by), import_id)
        if state == "expired":
            raise ImportExpired
        if state == "failed":
            raise ImportFailed
        if state == "validated":
            state = "committing"
        await connection.execute(
            "UPDATE imports SET state = $2, commit_asked = true, changed_at = $3 WHERE id = $1", import_id, state, now
        )
        return ImportAccepted(id=import_id, state=state)

    return router


def _of(by: Principal) -> str | None:
    """Tell whose imports somebody sees: a file may hold rows of every shop and department, so who is limited to some
    sees what they handed in; None is everybody's."""
    return by.sub if by.shops or by.departments else None


def _profile_text(received: Received, shipped: dict[str, str]) -> tuple[str, str]:
    told = received.fields.pop("profile", "").strip()
    if told in shipped:
        return told, shipped[told]
    if ":" not in told:
        names = ", ".join(shipped)
        raise ProfileUnusable(
            f"there is no shipped profile “{told[:100]}”; there are: {names}. Or send YAML.",
            f"没有名为“{told[:100]}”的模板；现有：{names}。也可直接发送 YAML。",
            [],
        )
    return "-", told


def _check(received: Received, text: str, kind: str, kinds: Sequence[Kind]) -> None:
    if not received.files:
        raise NoFileSent(field="file")
    try:
        profile = narrowed(read_profile(text), kind)
        layouts_of(profile, kinds)
    except FileRefused as refused:
        raise ProfileUnusable(refused.reason.en, refused.reason.zh, []) from refused
    except ProfileRefused as refused:
        errors = [
            {"field": f"profile:{e['line']}:{e['where']}", "message": f"{e['zh']} / {e['en']}"} for e in refused.errors
        ]
        raise ProfileUnusable(str(refused), "；".join(e["message"] for e in errors), errors) from refused
    wanted = profile.parameters()
    for name in [n for n in received.fields if n not in wanted] + [n for n in wanted if not received.fields.get(n)]:
        problem = "misses" if name in wanted else "has no use for"
        raise ParameterUnexpected(field=name, name=name, problem=problem, wanted=", ".join(wanted) or "-")


def _shipped(name: str, text: str) -> ShippedProfile:
    profile = read_profile(text)
    title = Texts(zh=profile.title.zh, en=profile.title.en)
    kinds = [shape.kind for shape in profile.records]
    return ShippedProfile(name=name, title=title, parameters=profile.parameters(), kinds=kinds)


def harmless(cell: str) -> str:
    """Keep a spreadsheet from running a cell as a formula: an apostrophe before what could begin one; not a number."""
    return f"'{cell}" if cell.startswith(FORMULAS) and not NUMBER.fullmatch(cell) else cell


async def _csv(refusals: AsyncIterator[Refused]) -> AsyncIterator[str]:
    def line(*cells: Any) -> str:
        out = io.StringIO()
        csv.writer(out).writerow([harmless(str(cell)) for cell in cells])
        return out.getvalue()

    yield "\ufeff" + line("file", "row", "kind", "key", "column", "value", "原因", "reason")
    async for r in refusals:
        yield line(r.file, r.row, r.kind, r.key, r.column, r.value, r.reason.zh, r.reason.en)
