"""The garbage collector rests inside and works again after, whoever switched it off."""

from __future__ import annotations

import gc

import pytest

from schema.collector import at_rest


def test_the_collector_rests_inside_and_works_after() -> None:
    assert gc.isenabled()
    with at_rest():
        assert not gc.isenabled()
        with at_rest():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_works_after_a_fault_inside() -> None:
    with pytest.raises(ValueError, match="inside"), at_rest():
        raise ValueError("inside")
    assert gc.isenabled()
