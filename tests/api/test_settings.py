import pytest

from api.settings import Settings
from schema.errors import BadInput


def test_the_environment_is_read_by_name_and_type():
    settings = Settings.from_environ({"CAREMAP_PORT": "9000", "CAREMAP_HOSTS": "a.example, b.example", "CAREMAP_EXECUTION_SECONDS": "3.5"})
    assert (settings.port, settings.hosts, settings.execution_seconds) == (9000, ("a.example", "b.example"), 3.5)


def test_what_is_given_outranks_the_environment_and_none_is_not_given():
    settings = Settings.from_environ({"CAREMAP_PORT": "9000", "CAREMAP_HOST": "::1"}, port=9001, host=None)
    assert (settings.port, settings.host) == (9001, "::1")


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("CAREMAP_PORT", "http", "a whole number"),
        ("CAREMAP_PORT", "70000", "from 0 to 65535"),
        ("CAREMAP_QUESTION_SECONDS", "soon", "a number"),
        ("CAREMAP_QUESTION_SECONDS", "nan", "a number"),
        ("CAREMAP_ALIASES", "0", "at least 1"),
        ("CAREMAP_HOSTS", " , ", "at least one"),
    ],
)
def test_a_wrong_value_is_refused_with_its_key_its_value_and_what_is_wanted(key, value, wanted):
    with pytest.raises(BadInput) as refused:
        Settings.from_environ({key: value})
    message = str(refused.value)
    assert key in message
    assert repr(value) in message
    assert wanted in message


def test_no_limit_can_be_switched_off():
    limits = [name for name, kind in Settings.__annotations__.items() if kind in ("int", "float") and name != "port"]
    assert len(limits) >= 15
    for name in limits:
        with pytest.raises(BadInput):
            Settings.from_environ({}, **{name: 0})


def test_an_override_that_is_no_setting_is_named():
    with pytest.raises(BadInput, match="speed"):
        Settings.from_environ({}, speed=1)
