"""What GraphQL answers to reading the map: the same as the service."""

from graph.scope import Filters

READ = """
query($nodes: [String!], $filters: Filters) {
  read(nodes: $nodes, filters: $filters) {
    readings {id role into out balance betweenness community influence flags} roles {role count} communities modularity caution text
    layers {moment never year layers {links owners moneyShare signalShare decisions {id handOffs}}}
    nodes {reading {id} word loops downstream {id links} upstream {id}} pairs {one other forth {links} back {links} upstreamOfBoth}
    terms {method}
  }
}"""


def test_read_is_what_the_service_answers(ask, service):
    said = ask(READ, nodes=["recruits", "vacancies"], filters={"asOf": "any"})["data"]["read"]
    known = service.read(["recruits", "vacancies"], Filters()).to_json()
    assert {each["role"]: each["count"] for each in said["roles"]} == known["roles"]
    assert [(each["id"], each["balance"], each["influence"]) for each in said["readings"]] == [
        (each["id"], each["balance"], each["influence"]) for each in known["nodes"]
    ]
    assert said["text"] == known["text"]
    assert [each["word"] for each in said["nodes"]] == [each["buffered_or_buffeted"] for each in known["about"]]
    assert said["pairs"][0]["upstreamOfBoth"] == known["pairs"][0]["upstream_of_both"]
    assert [layer["links"] for layer in said["layers"]["layers"]] == [layer["links"] for layer in known["layers"]["layers"]]
