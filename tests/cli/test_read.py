"""`caremap ask read` as scripts rely on it."""


def test_read_prints_roles_layers_and_the_questions_about_named_nodes(caremap, a_map) -> None:
    said = caremap("ask", "read", "--map", a_map, "--as-of", "any", "--node", "close,moment-of-interaction", "--json").json
    assert said["roles"] == {"driver": 1, "receiver": 1, "ordinary": 1, "isolated": 0}
    assert {node["id"]: node["balance"] for node in said["nodes"]} == {"close": 1, "recruits": 0, "moment-of-interaction": -1}
    assert said["layers"]["layers"][2]["decisions"] == [{"id": "close", "hand_offs": 0}]
    assert [node["buffered_or_buffeted"] for node in said["about"]] == ["neither", "neither"]
    assert said["pairs"][0]["from_one_to_other"][0]["sign"] == "-"
    assert {"communities", "modularity", "caution", "text", "method", "revision"} <= said.keys()
    assert caremap("ask", "read", "--map", a_map, "--node", "zz").status == 3


def test_read_says_what_to_prefer_to_centrality(caremap) -> None:
    out = caremap("ask", "read", "--map", "shipped", "--node", "fee-paid").out
    for words in (
        "drivers",
        "prefer influence on a named outcome",
        "person at the top",
        "What drives it",
        "buffered",
        "Between most others",
    ):
        assert words in out
