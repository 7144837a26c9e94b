"""Patterns of strangers: the useful ones pass, and what passes is fast on the worst of texts."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.imports.patterns import LONGEST, PatternRefused, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"(?:工号|客服)\s*(?P<x>[A-Z]?\d+)", "加急 客服 A012 谢谢", "A012"),
        (r"(?:客服|客户)\s*[:：]?\s*(?P<x>[A-Za-z]*\d+(?:[,，]\s*[A-Za-z]+\d+)*)", "客服：a1，b2 15日", "a1，b2"),
        (r"^(?P<x>\d+)(?:\.0*)?$", "17850.0", "17850"),
        (r"(?P<x>\d{4})-\d{2}", "2024-05", "2024"),
        (r"工号\s*[:：]?\s*(?P<x>\d+)", "工号 : 12", "12"),
        (r"^.*工号(?P<x>\d+)", "工号1工号2", "2"),
    ],
)
def test_patterns_people_need(pattern: str, text: str, found: str) -> None:
    match = compile_pattern(pattern).search(text)
    assert match is not None
    assert match["x"] == found


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(a*)*b",
        r"(?:a|b|ab)*c",
        r"(?:a|aa)+$",
        r".*x",
        r"(?:(?:\w|\w))*!",
        r"(?:(?:a?|b?)c)*!",
        r"(?:(?:a?)?c)*!",
        r"^.*.*x",
        r"(?:^a|b*)b*c",
        r"(\w+\s?)*$",
        r"(\d+,?)*x",
        r"\s*\d*\s*\d*\s*x",
        r"(?:a?){60}",
        r"a?" * 30 + "a" * 30,
        r"(?:a|a?b)" * 20,
        r"(x)\1",
        r"(?=a)b",
        r"(?i)a",
        r"(?i:a)",
        r"a{1000000000}",
        r"(?:^){100000000}",
        r"(",
        "(" * 400,
    ],
)
def test_patterns_that_could_take_for_ever_are_refused(pattern: str) -> None:
    began = time.perf_counter()
    with pytest.raises(PatternRefused) as refused:
        compile_pattern(pattern)
    assert time.perf_counter() - began < 1
    assert refused.value.reason.zh


ATOM = st.sampled_from(["a", "b", "[ab]", ".", r"\w", r"\d", "1", "c", "[^a]"])
PATTERN = st.recursive(
    ATOM,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{0,3}", "{2}", "*?"])).map(lambda p: f"(?:{p[0]}){p[1]}"),
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(
    begin=st.sampled_from(["", "^"]),
    pattern=PATTERN,
    unit=st.sampled_from(["a", "ab", "a1", "b", "1"]),
    end=st.sampled_from(["!", "c", ""]),
)
def test_what_passes_is_fast_on_long_repetitive_texts(begin: str, pattern: str, unit: str, end: str) -> None:
    try:
        compiled = compile_pattern(begin + pattern + "!")
    except PatternRefused:
        return
    text = (unit * LONGEST)[: LONGEST - 1] + end
    began = time.thread_time()
    compiled.search(text)
    assert time.thread_time() - began < 1, pattern


def test_the_guard_is_needed() -> None:
    began = time.thread_time()
    re.search(r"(a+)+b", "a" * 22)
    assert time.thread_time() - began > 0.05
