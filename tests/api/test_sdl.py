"""The SDL that clients rely on."""

import pytest

from api.graphql.sdl import SNAPSHOT, breaking_changes, built_schema, sdl_text, write_snapshot
from schema.errors import BadInput


def test_the_sdl_beside_the_code_is_what_is_served():
    assert SNAPSHOT.read_text(encoding="utf-8") == sdl_text(), "run `python -m api.graphql.sdl` and look at what changed"


def test_nothing_that_clients_rely_on_has_gone():
    assert breaking_changes(SNAPSHOT.read_text(encoding="utf-8")) == []


def test_a_field_that_went_and_a_type_that_changed_are_named():
    more = sdl_text().replace("type Balance {", "type Balance {\n  mood: Int\n").replace("putSources: Int!", "putSources: Float!")
    assert breaking_changes(more) == ["Field Balance.mood was removed.", "Field HistoryEntry.putSources changed type from Float! to Int!."]


def test_a_snapshot_is_not_written_over_one_that_promised_more(tmp_path):
    kept = tmp_path / "schema.graphql"
    kept.write_text(sdl_text().replace("type Balance {", "type Balance {\n  mood: Int\n"), encoding="utf-8")
    with pytest.raises(BadInput, match="mood was removed"):
        write_snapshot(kept)
    write_snapshot(kept, breaking=True)
    assert kept.read_text(encoding="utf-8") == sdl_text()


def test_nothing_that_is_served_changes_the_map():
    assert built_schema()._schema.mutation_type is None


def test_every_field_of_the_query_says_what_it_is():
    assert not [name for name, field in built_schema()._schema.query_type.fields.items() if not field.description]
