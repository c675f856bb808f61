"""The questions that GraphQL answers. Each resolver hands one call to the service and works nothing out itself."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Annotated

import strawberry

from api.asking import day_of
from api.graphql import pages, parts
from api.graphql.context import Asked
from api.graphql.fields import field
from api.graphql.pages import links_on, nodes_on
from api.graphql.paging import PAGE, Page, PageInfo, checked_first, count_of
from api.graphql.types.about import HistoryEntry, MapInfo, Vocabulary, about, about_part
from api.graphql.types.answers import ImpactAnswer, LitmusAnswer
from api.graphql.types.claims import Source
from api.graphql.types.compare import CompareAnswer, Side
from api.graphql.types.filters import Filters, names
from api.graphql.types.first import FirstAnswer
from api.graphql.types.gaps import GapAnswer
from api.graphql.types.kinds import LinkKind, NodeKind
from api.graphql.types.loops import LoopAnswer
from api.graphql.types.money import Follow, MoneyAnswer
from api.graphql.types.reach import ReachAnswer
from api.graphql.types.read import ReadAnswer
from api.graphql.types.silos import SiloAnswer
from api.graphql.types.things import AFTER, AS_OF, FIRST, Link, LinkConnection, Node, NodeConnection, kinds_of
from api.graphql.types.whatif import Scenario, WhatIfAnswer, checked_draws
from graph import results
from graph.scope import GAPS_LISTED, MOMENT, LinkWish, NodeWish
from graph.store import HistoryEntry as Entry
from schema import records

First = Annotated[int, strawberry.argument(description=FIRST)]
After = Annotated[str | None, strawberry.argument(description=AFTER)]
AsOf = Annotated[str | None, strawberry.argument(description=AS_OF)]
Layers = Annotated[
    list[str] | None,
    strawberry.argument(description="Layers to lay over the map, such as a local map; the last lies on top. They need a store."),
]
Names = "Ids or unique labels."


@strawberry.type
class SourceEdge:
    cursor: str
    node: Source


@strawberry.type(description="A page of sources, in the order of their ids.")
class SourceConnection:
    edges: list[SourceEdge]
    page_info: PageInfo

    @field(shown_as=int)
    def total_count(self, parent: strawberry.Parent[Page[records.Source]]) -> int | Awaitable[int]:
        return count_of(parent)


@strawberry.type(description="What can be asked. Nothing here changes the map.")
class Query:
    @field(name="map", description="The map at its newest revision: title and counts.")
    async def map_info(self, info: Asked) -> MapInfo:
        return await info.context.see(about, about_part)

    @field(shown_as=Node | None, description="The node with this id; null where there is none.")
    async def node(self, info: Asked, id: strawberry.ID) -> records.Node | None:  # noqa: A002
        found = await info.context.see(lambda whole: nodes_on(whole, [id]), lambda part: part.nodes_called([id]))
        return next(iter(found), None)

    @field(shown_as=Link | None, description="The link with this id; null where there is none.")
    async def link(self, info: Asked, id: strawberry.ID) -> records.Link | None:  # noqa: A002
        found = await info.context.see(lambda whole: links_on(whole, [id]), lambda part: part.links_called([id]))
        return next(iter(found), None)

    @field(shown_as=NodeConnection | None, description="Nodes, in the order of their ids.")
    async def nodes(
        self,
        info: Asked,
        first: First = PAGE,
        after: After = None,
        kind: list[NodeKind] | None = None,
        tier: Annotated[str | None, strawberry.argument(description="A tier's id or label.")] = None,
        silo: str | None = None,
        as_of: AsOf = None,
    ) -> Page[records.Node]:
        turn = info.context
        wish = NodeWish(kinds=kinds_of(kind), tier=tier, silo=silo, as_of=day_of(as_of))
        if await turn.is_held():
            return await turn.look(lambda snapshot: pages.nodes_page(snapshot, wish, first, after, turn.settings))
        return await parts.nodes_page(turn, wish, first, after)

    @field(shown_as=LinkConnection | None, description="Links, in the order of their ids.")
    async def links(
        self, info: Asked, first: First = PAGE, after: After = None, kind: list[LinkKind] | None = None, as_of: AsOf = None
    ) -> Page[records.Link]:
        turn = info.context
        wish = LinkWish(kinds=kinds_of(kind), as_of=day_of(as_of))
        if await turn.is_held():
            return await turn.look(lambda snapshot: pages.links_page(snapshot, wish, first, after, turn.settings))
        return await parts.links_page(turn, wish, first, after)

    @field(shown_as=SourceConnection | None, description="Sources, in the order of their ids.")
    async def sources(self, info: Asked, first: First = PAGE, after: After = None) -> Page[records.Source]:
        turn = info.context
        if await turn.is_held():
            return await turn.look(lambda snapshot: pages.sources_page(snapshot, first, after, turn.settings))
        return await parts.sources_page(turn, first, after)

    @field(shown_as=list[Node] | None, description="Nodes whose id, label, other names or text hold all the words, best first.")
    async def search(self, info: Asked, text: str, first: First = PAGE) -> Sequence[records.Node]:
        turn = info.context
        names("text", [text], turn.settings)
        most = checked_first(first, turn.settings)
        found = await turn.consult(lambda service: service.search(text, most=most)) if most else ()
        ids = [node.id for node in found]
        return await turn.see(lambda whole: nodes_on(whole, ids), lambda part: part.nodes_called(ids))

    @field(shown_as=ImpactAnswer | None, description="What reaches some goals from some starts, by which paths.")
    async def impact_paths(
        self,
        info: Asked,
        starts: Annotated[list[str], strawberry.argument(name="from", description=Names)],
        goals: Annotated[list[str], strawberry.argument(name="to", description=Names)],
        filters: Filters | None = None,
        draws: Annotated[int, strawberry.argument(description="Draws of the strengths under which the sign is tried, at most 1000.")] = 0,
        seed: Annotated[int, strawberry.argument(description="The seed of the draws.")] = 1,
        layers: Layers = None,
    ) -> results.ImpactAnswer:
        turn = info.context
        sources, targets = names("from", starts, turn.settings), names("to", goals, turn.settings)
        tries = checked_draws(draws)
        wanted = (filters or Filters()).wanted(turn.settings)
        return await turn.ask(
            lambda service, scope, stop: service.impact(sources, targets, wanted, draws=tries, seed=seed, scope=scope, stop=stop),
            layers,
        )

    @field(shown_as=LitmusAnswer | None, description="Whether decisions make the moment better; all of them where none is named.")
    async def litmus(
        self,
        info: Asked,
        decisions: Annotated[list[str] | None, strawberry.argument(description=Names)] = None,
        moment: str = MOMENT,
        filters: Filters | None = None,
        layers: Layers = None,
    ) -> results.LitmusAnswer:
        turn = info.context
        named = names("decisions", decisions or [], turn.settings)
        names("moment", [moment], turn.settings)
        wanted = (filters or Filters()).wanted(turn.settings)
        return await turn.ask(lambda service, scope, stop: service.litmus(named, wanted, moment=moment, scope=scope, stop=stop), layers)

    @field(shown_as=LoopAnswer | None, description="The feedback loops, all or through one node.")
    async def loops(
        self,
        info: Asked,
        through: Annotated[str | None, strawberry.argument(description="An id or a unique label.")] = None,
        filters: Filters | None = None,
        *,
        layers: Layers = None,
        independent: Annotated[bool, strawberry.argument(description="Add a few short loops that span all others.")] = False,
    ) -> results.LoopAnswer:
        turn = info.context
        names("through", [] if through is None else [through], turn.settings)
        wanted = (filters or Filters()).wanted(turn.settings)
        return await turn.ask(
            lambda service, scope, stop: service.loops(through, wanted, independent=independent, scope=scope, stop=stop), layers
        )

    @field(shown_as=WhatIfAnswer | None, description="Where the map comes to rest when something is held, cut or switched on.")
    async def what_if(
        self, info: Asked, scenario: Scenario | None = None, filters: Filters | None = None, layers: Layers = None
    ) -> results.WhatIfAnswer:
        turn = info.context
        wish = (scenario or Scenario()).wanted(turn.settings)
        wanted = (filters or Filters()).wanted(turn.settings)
        return await turn.ask(lambda service, scope, stop: service.whatif(wish, wanted, scope=scope, stop=stop), layers)

    @field(shown_as=GapAnswer | None, description="What decisions move and never hear of; all of them where none is named.")
    async def gaps(
        self,
        info: Asked,
        decisions: Annotated[list[str] | None, strawberry.argument(description=Names)] = None,
        moment: Annotated[
            str | None, strawberry.argument(description="The factor to score by; the moment of interaction if left out.")
        ] = None,
        filters: Filters | None = None,
        *,
        layers: Layers = None,
        unrecorded: Annotated[bool, strawberry.argument(description="Also list what nobody records.")] = False,
    ) -> results.GapAnswer:
        turn = info.context
        named = names("decisions", decisions or [], turn.settings)
        names("moment", [] if moment is None else [moment], turn.settings)
        wanted = (filters or Filters(top=GAPS_LISTED)).wanted(turn.settings)
        return await turn.ask(
            lambda service, scope, stop: service.gaps(named, wanted, moment=moment, unrecorded=unrecorded, scope=scope, stop=stop),
            layers,
        )

    @field(shown_as=CompareAnswer | None, description="The second side less the first: two dates, revisions, branches or views of the map.")
    async def compare(
        self,
        info: Asked,
        a: Side,
        b: Side,
        starts: Annotated[list[str] | None, strawberry.argument(name="from", description="Compare the routes that begin here.")] = None,
        goals: Annotated[list[str] | None, strawberry.argument(name="to", description="Where these routes end.")] = None,
        moment: str = MOMENT,
        filters: Filters | None = None,
        layers: Layers = None,
    ) -> results.CompareAnswer:
        turn = info.context
        left, right = a.wanted("a"), b.wanted("b")
        sources, targets = names("from", starts or [], turn.settings), names("to", goals or [], turn.settings)
        names("moment", [moment], turn.settings)
        wanted = (filters or Filters()).wanted(turn.settings)
        return await turn.ask(
            lambda service, scope, stop: service.compare(
                left, right, wanted, sources=sources, targets=targets, moment=moment, scope=scope, stop=stop
            ),
            layers,
        )

    @field(shown_as=ReachAnswer | None, description="Every outcome that one decision reaches, or every decision that reaches one outcome.")
    async def reach(
        self,
        info: Asked,
        node: Annotated[str, strawberry.argument(description="An id or a unique label.")],
        direction: Annotated[str, strawberry.argument(description="down from a decision, or up from an outcome.")] = "down",
        filters: Filters | None = None,
        layers: Layers = None,
    ) -> results.ReachAnswer:
        turn = info.context
        names("node", [node], turn.settings)
        wanted = (filters or Filters(top=turn.settings.page_most)).wanted(turn.settings)
        return await turn.ask(lambda service, scope, stop: service.reach(node, wanted, direction=direction, scope=scope, stop=stop), layers)

    @field(shown_as=SiloAnswer | None, description="Where influence crosses from silo to silo.")
    async def silos(
        self,
        info: Asked,
        moment: Annotated[str | None, strawberry.argument(description="The factor to be reached; the moment if left out.")] = None,
        filters: Filters | None = None,
        draws: Annotated[int, strawberry.argument(description="Random deals of the silos to compare with; 0 for none.")] = 0,
        seed: int = 1,
        layers: Layers = None,
    ) -> results.SiloAnswer:
        turn = info.context
        names("moment", [] if moment is None else [moment], turn.settings)
        wanted = (filters or Filters()).wanted(turn.settings)
        return await turn.ask(
            lambda service, scope, stop: service.silos(wanted, moment=moment, draws=draws, seed=seed, scope=scope, stop=stop),
            layers,
        )

    @field(shown_as=ReadAnswer | None, description="How to read the map, and the workshop questions about named nodes.")
    async def read(
        self,
        info: Asked,
        nodes: Annotated[list[str] | None, strawberry.argument(description=Names)] = None,
        moment: str | None = None,
        filters: Filters | None = None,
        layers: Layers = None,
    ) -> results.ReadAnswer:
        turn = info.context
        named = names("nodes", nodes or [], turn.settings)
        names("moment", [moment or ""], turn.settings)
        wanted = (filters or Filters()).wanted(turn.settings)
        return await turn.ask(lambda service, scope, stop: service.read(named, wanted, moment=moment, scope=scope, stop=stop), layers)

    @field(shown_as=FirstAnswer | None, description="One of the questions that people ask first.")
    async def first_question(
        self,
        info: Asked,
        name: Annotated[str, strawberry.argument(description="works, sight, duties, pays-for, see-first, future or life.")],
        node: Annotated[str | None, strawberry.argument(description="What it is about: an id or unique label.")] = None,
        moment: str | None = None,
        filters: Filters | None = None,
        layers: Layers = None,
    ) -> results.FirstAnswer:
        turn = info.context
        names("name", [name, node or "", moment or ""], turn.settings)
        wanted = (filters or Filters()).wanted(turn.settings)
        return await turn.ask(lambda service, scope, stop: service.first(name, node, wanted, moment=moment, scope=scope, stop=stop), layers)

    @field(shown_as=MoneyAnswer | None, description="Where the money comes from, where it goes, and who pays against who gains.")
    async def money(
        self,
        info: Asked,
        body: str | None = None,
        year: str | None = None,
        follow: Follow | None = None,
        gains: Annotated[bool | None, strawberry.argument(description="Whether to ask who pays against who gains.")] = None,
        filters: Filters | None = None,
        layers: Layers = None,
    ) -> results.MoneyAnswer:
        turn = info.context
        names("body", [body or "", year or ""], turn.settings)
        wish = follow.wanted(turn.settings) if follow else None
        back = "back" if follow and follow.back else "forward"
        wanted = (filters or Filters()).wanted(turn.settings)
        return await turn.ask(
            lambda service, scope, stop: service.money(
                body, wanted, year=year, follow=wish, direction=back, gains=bool(gains), scope=scope, stop=stop
            ),
            layers,
        )

    @field(shown_as=list[HistoryEntry] | None, description="The latest changes, newest first.")
    async def history(self, info: Asked, first: First = PAGE, before: int | None = None) -> Sequence[Entry]:
        turn = info.context
        most = checked_first(first, turn.settings)
        return await turn.consult(lambda service: service.history(most=most, before=before)) if most else ()

    @field(description="The words that the map is written in.")
    async def vocabulary(self) -> Vocabulary:
        return Vocabulary()
