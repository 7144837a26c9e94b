"""What holds for every event: its owner, its envelope, and that it can be read again."""

import inspect
from collections import Counter
from types import NoneType
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from contracts.base import EventData
from contracts.catalogue import MODULES, event_class, every_class
from contracts.subjects import PRODUCERS, producer_of, stream_of

CLASSES = every_class()
EACH = pytest.mark.parametrize("data", CLASSES.values(), ids=lambda data: f"{data.type}.v{data.version}")


def shapes(shape: type[BaseModel]) -> set[type[BaseModel]]:
    """Collect a shape and all shapes inside it."""
    found, left = {shape}, [field.annotation for field in shape.model_fields.values()]
    while left:
        kind = left.pop()
        left += get_args(kind)
        if inspect.isclass(kind) and issubclass(kind, BaseModel) and kind not in found:
            found |= shapes(kind)
    return found


def test_a_first_word_belongs_to_one_producer() -> None:
    owners = Counter(word for words in PRODUCERS.values() for word in words)
    assert [word for word, count in owners.items() if count > 1] == []


def test_every_producer_owns_its_own_name() -> None:
    """`<service>.period_sealed` is said by each."""
    for producer, words in PRODUCERS.items():
        assert producer in words
        assert producer_of(f"{producer}.period_sealed") == producer


@EACH
def test_an_event_is_declared_by_the_owner_of_its_first_word(data: type[EventData]) -> None:
    assert data.type.split(".")[0] in PRODUCERS[data.producer]
    assert data.__module__ == f"contracts.{data.producer}"


def test_a_subject_of_nobody_is_refused() -> None:
    with pytest.raises(LookupError, match="weather"):
        producer_of("weather.changed")


def test_streams_differ() -> None:
    assert len({stream_of(producer) for producer in PRODUCERS}) == len(PRODUCERS)


@EACH
def test_names_are_two_words_in_lower_case(data: type[EventData]) -> None:
    first, second = data.type.split(".")
    assert data.type == data.type.lower()
    assert first.replace("_", "").isalpha()
    assert second.replace("_", "").isalnum()


@EACH
def test_every_shape_is_frozen_and_lets_later_fields_pass(data: type[EventData]) -> None:
    for shape in shapes(data):
        assert shape.model_config["frozen"]
        assert shape.model_config["extra"] == "ignore"


@EACH
def test_what_may_be_none_may_be_missing(data: type[EventData]) -> None:
    """The outbox leaves out what is None; a required field that may be None could not be read again."""
    for shape in shapes(data):
        for name, field in shape.model_fields.items():
            if NoneType in get_args(field.annotation):
                assert not field.is_required(), f"{shape.__name__}.{name}"


@EACH
def test_money_is_no_float(data: type[EventData]) -> None:
    def kinds(annotation: Any) -> set[Any]:
        return {annotation}.union(*(kinds(part) for part in get_args(annotation)))

    for shape in shapes(data):
        for name, field in shape.model_fields.items():
            assert float not in kinds(field.annotation), f"{shape.__name__}.{name}"


def test_an_event_is_found_by_type_and_version() -> None:
    for (type_, version), data in CLASSES.items():
        assert event_class(type_, version) is data
    assert event_class("order.created", 99) is None


def test_every_module_of_a_producer_is_loaded() -> None:
    assert {module.__name__ for module in MODULES} == {data.__module__ for data in CLASSES.values()}


def test_a_version_is_declared_once() -> None:
    with pytest.raises(TypeError, match="declared twice"):
        type("Again", (EventData,), {"type": "order.created", "version": 1, "__module__": "contracts.orders"})
