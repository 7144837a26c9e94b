"""The certificate of a closed period as a page to be printed."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

STYLE = """
body { font: 13px/1.5 "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; margin: 2em; color: #111 }
h1 { font-size: 1.5em } h2 { font-size: 1.1em; margin-top: 1.5em }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #999; padding: .25em .5em; text-align: left }
code { word-break: break-all; font-size: .85em } .sign { margin-top: 4em; display: flex; gap: 6em }
@media print { body { margin: 0 } tr { break-inside: avoid } }
"""


def certificate_page(certificate: Mapping[str, Any]) -> str:
    """Write a certificate as one HTML page that needs nothing else; everything in it is escaped."""
    said = certificate["content"]
    runs = _table(
        ("次 / no.", "人数 / people", "实发 / net", "编制 / prepared", "批准 / approved", "发放 / issued"),
        ((r["sequence"], r["people"], r["net"], *_who(r)) for r in said["runs"]),
    )
    deductions = _table(("状态 / state", "笔数 / count"), said["deductions"].items())
    return f"""<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8">
<title>关账证明 {escape(said["period"])}</title><style>{STYLE}</style></head>
<body><h1>关账证明 {escape(said["period"])} · Certificate of close</h1>
<p>各服务封存的事件与本处所接收的逐一相符：位置、哈希链、控制总数。<br>
What every service sealed agrees with what was consumed here: positions, hash chains, control totals.</p>
<p>关账人 / closed by <b>{escape(said["closed_by"])}</b>，{escape(said["closed_at"])}<br>
人数 / people <b>{said["people"]}</b>，实发合计 / net <b>{escape(str(said["net"]))} CNY</b><br>
指纹 / fingerprint (SHA-256) <code>{escape(certificate["fingerprint"])}</code></p>
<h2>发放 · Issues</h2>{runs}
<h2>扣款 · Deductions</h2>{deductions}
{"".join(_producer(producer) for producer in said["producers"])}
<div class="sign"><span>财务 / finance: ____________</span><span>负责人 / for the company: ____________</span></div>
</body></html>"""


def _who(run: Mapping[str, Any]) -> tuple[str, str, str]:
    return run["prepared_by"], run["approved_by"], f"{run['issued_by']} {run['issued_at']}"


def _producer(said: Mapping[str, Any]) -> str:
    totals = _table(
        ("事件 / event", "封存 / sealed", "合计 / sum", "本处 / here", "合计 / sum"),
        ((t["type"], t["sealed"]["count"], t["sealed"]["sum"], *_here(t["here"])) for t in said["totals"]),
    )
    return f"""<h2>{escape(said["producer"])}</h2>
<p>位置 / position <b>{said["position"]}</b>（epoch {said["epoch"]}），已接收至 / consumed to {said["consumed_to"]}，
封存 / sealed by {escape(said["sealed_by"])}，{escape(said["sealed_at"])}<br>
链 / chain <code>{escape(said["chain"])}</code></p>{totals}"""


def _here(total: Mapping[str, Any] | None) -> tuple[object, object]:
    return (total["count"], total["sum"]) if total is not None else ("由哈希链覆盖 / covered by the chain", None)


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape('' if cell is None else str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"
