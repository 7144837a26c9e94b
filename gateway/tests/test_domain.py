"""The decisions of the gateway, one by one."""

from datetime import UTC, datetime, timedelta
from posixpath import normpath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain import limits, logins, passwords, patience, tokens
from gateway.domain.auditing import BEGINNING, Entry, link
from gateway.domain.errors import UnsafePath
from gateway.domain.merging import Part, merged
from gateway.domain.paths import is_internal, is_upload, target
from gateway.domain.permissions import audits_and_acts, may_manage


@pytest.mark.parametrize(
    ("raw", "segment", "path"),
    [
        (b"/api/orders", b"orders", b"/"),
        (b"/api/orders/", b"orders", b"/"),
        (b"/api/orders/orders/A-1", b"orders", b"/orders/A-1"),
        (b"/api/service-desk/chats/", b"service-desk", b"/chats/"),
        (b"/api/orders/orders/%E5%8D%95", b"orders", b"/orders/%E5%8D%95"),
        (b"/api/orders/a%20b/v1.2/..c/x..y", b"orders", b"/a%20b/v1.2/..c/x..y"),
    ],
)
def test_a_plain_path_goes_to_its_service(raw: bytes, segment: bytes, path: bytes) -> None:
    asked = target(raw, b"")
    assert (asked.segment, asked.path) == (segment, path)


@pytest.mark.parametrize(
    "rest",
    [
        b"/..",
        b"/../payroll/payslips",
        b"/./orders",
        b"/a/./b",
        b"/a/../b",
        b"/%2e%2e/payroll",
        b"/%2E%2e/payroll",
        b"/.%2e/x",
        b"/a%2fb",
        b"/a%2Fb",
        b"/a%5cb",
        b"/a\\b",
        b"//evil",
        b"/a//b",
        b"/a//",
        b"/a%00b",
        b"/a%0d%0ab",
        b"/a%7f",
        b"/a%zz",
        b"/a%2",
        b"/a b",
        b"/a\xe5",
        b"/a#b",
    ],
)
def test_a_path_that_could_mean_another_place_is_refused(rest: bytes) -> None:
    with pytest.raises(UnsafePath):
        target(b"/api/orders" + rest, b"")


@given(st.lists(st.sampled_from([b"..", b".", b"%2e", b"%2E", b"%2f", b"/", b"\\", b"a", b"%", b"2e", b";", b"%25"])))
def test_no_path_climbs_out_once_decoded_and_normalised(pieces: list[bytes]) -> None:
    try:
        asked = target(b"/api/orders/" + b"".join(pieces), b"")
    except UnsafePath:
        return
    inner = unquote(asked.path.decode())
    assert normpath("/inside" + inner).startswith("/inside")
    assert normpath(inner) == (inner.rstrip("/") or "/")
    assert "\\" not in inner


def test_a_query_is_printable() -> None:
    assert target(b"/api/orders/x", b"a=1&b=%20/../").path == b"/x"
    for query in (b"a b", b"a\xff", b"a\x00"):
        with pytest.raises(UnsafePath):
            target(b"/api/orders/x", query)


def test_what_a_service_keeps_for_itself_is_known_however_it_is_spelt() -> None:
    assert all(map(is_internal, (b"/metrics", b"/metrics/", b"/%6detrics", b"/openapi.json", b"/docs/x", b"/healthz")))
    assert not any(map(is_internal, (b"/", b"/orders/metrics", b"/metrics2", b"/documents")))
    assert is_upload(b"/imports")
    assert is_upload(b"/imports/7/commit")
    assert not is_upload(b"/importsx")


def test_a_bucket_lets_its_burst_through_and_then_its_rate() -> None:
    buckets = limits.Buckets(limits.Rate(per_second=10, burst=3))
    assert [buckets.take("a", 100.0) for _ in range(4)] == [0, 0, 0, 1]
    assert buckets.take("b", 100.0) == 0
    assert buckets.take("a", 100.15) == 0
    assert buckets.take("a", 100.15) == 1
    assert buckets.wait("a", 100.15) == 1
    assert buckets.wait("a", 100.25) == 0
    slow = limits.Buckets(limits.Rate(per_second=0.1, burst=1))
    assert [slow.take("a", 0.0), slow.take("a", 0.0), slow.take("a", 9.0), slow.take("a", 10.0)] == [0, 10, 1, 0]


def test_buckets_do_not_grow_without_end() -> None:
    buckets = limits.Buckets(limits.Rate(per_second=1, burst=2), most=100)
    for i in range(1000):
        buckets.take(str(i), 0.0)
        assert len(buckets._held) <= 101
    buckets.take("late", 1000.0)


def test_a_network_is_an_ipv4_address_or_a_64() -> None:
    assert limits.network_of("192.0.2.7") == "192.0.2.7"
    assert limits.network_of("2001:db8:1:2:3:4:5:6") == limits.network_of("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert limits.network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert limits.network_of("unix:") == "unix:"


@pytest.mark.parametrize(
    ("password", "login"),
    [
        ("short", "a"),
        ("x" * 129, "a"),
        ("aaaaaaaaaaaa", "a"),
        ("password1234", "b"),
        ("wang.li-2026", "wang.li"),
        ("ＰＡＳＳＷＯＲＤ12", "b"),
    ],
)
def test_a_weak_password_is_refused_with_a_reason(password: str, login: str) -> None:
    assert passwords.weakness(password, login)


@pytest.mark.parametrize("password", ["correct horse battery", "下午三点喝一杯龙井茶吧", "xK9#mQ2$vL"])
def test_a_long_password_of_any_script_will_do(password: str) -> None:
    assert passwords.weakness(password, "wang") is None


def test_patience_doubles_and_never_exceeds_its_end() -> None:
    delays = [patience.delay(failures, 0) for failures in range(12)]
    assert delays[:6] == [0, 0, 0, 0.5, 1, 2]
    assert delays[-1] == patience.LONGEST == max(delays)
    assert patience.delay(0, 29) == 0
    assert patience.delay(0, 30) == 0.5


def test_logins_are_compared_in_one_form() -> None:
    assert logins.normal("  Ｗang.Li ") == "wang.li"
    assert logins.is_login("wang.li@shop")
    assert logins.is_login("王丽")
    assert not any(map(logins.is_login, ("", ".a", "a b", "a/b", "a" * 65, "?abc", "a\n")))
    assert logins.pseudonym("hunter2") == logins.pseudonym("hunter2")
    assert "hunter2" not in logins.pseudonym("hunter2")


def test_hr_manages_only_those_who_may_less_than_hr() -> None:
    assert may_manage({"hr"}, {"employee", "lead"})
    assert not may_manage({"hr"}, {"employee", "hr"})
    assert not may_manage({"hr"}, {"boss"})
    assert not may_manage({"hr", "finance"}, {"finance"})
    assert not may_manage({"lead", "finance", "employee"}, {"employee"})
    assert may_manage({"boss"}, {"boss", "hr", "finance"})
    assert may_manage({"hr"}, {"keeper"})
    assert not may_manage({"hr"}, {"auditor"})
    assert not may_manage({"auditor"}, {"employee"})
    assert not may_manage({"keeper"}, {"employee"})
    assert audits_and_acts({"auditor", "lead"})
    assert not audits_and_acts({"auditor", "employee"})
    assert not audits_and_acts({"boss", "hr"})


def test_a_token_is_kept_as_its_hash_only() -> None:
    token = tokens.write(tokens.ACCESS, bytes(range(32)))
    assert token.startswith("zga_")
    assert len(tokens.fingerprint(token)) == 32
    assert timedelta(minutes=10) >= tokens.ACCESS_LIFE


def test_every_field_of_an_entry_is_sealed() -> None:
    entry = Entry(1, datetime(2026, 1, 1, tzinfo=UTC), "a", "l", "x", "n", "c", "{}")
    sealed = link(BEGINNING, entry)
    changed = [
        Entry(**{**{f: getattr(entry, f) for f in Entry.__slots__}, name: value})
        for name, value in {
            "position": 2,
            "at": datetime(2026, 1, 1, 1, tzinfo=UTC),
            **dict.fromkeys(("act", "login", "actor", "network", "correlation_id", "details"), "other"),
        }.items()
    ]
    assert len({link(BEGINNING, other) for other in changed} | {sealed, link(b"x", entry)}) == len(changed) + 2


def test_documents_are_merged_without_mixing_their_names() -> None:
    def one(title: str, type_: str) -> dict[str, object]:
        reference = {"schema": {"$ref": "#/components/schemas/Order"}}
        read = {"operationId": "read", "security": [{"HTTPBearer": []}], "responses": {"200": {"content": reference}}}
        return {
            "info": {"title": title},
            "paths": {"/orders": {"get": read}, "/healthz": {"get": {}}},
            "components": {"schemas": {"Order": {"type": type_, "properties": {"$ref": {"type": "string"}}}}},
        }

    parts = [
        Part("orders", "/api/orders", one("Orders", "object")),
        Part("payroll", "/api/payroll", one("Pay", "array")),
    ]
    whole = merged(parts, ["inventory"], title="All")
    assert sorted(whole["paths"]) == ["/api/orders/orders", "/api/payroll/orders"]
    read = whole["paths"]["/api/payroll/orders"]["get"]
    assert read["tags"] == ["payroll"]
    assert read["operationId"] == "payroll.read"
    assert read["security"] == [{"signIn": []}]
    assert read["responses"]["200"]["content"]["schema"]["$ref"] == "#/components/schemas/payroll.Order"
    assert whole["components"]["schemas"]["payroll.Order"]["type"] == "array"
    assert whole["components"]["schemas"]["orders.Order"]["type"] == "object"
    assert whole["x-not-answering"] == ["inventory"]
