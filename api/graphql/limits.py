"""How much one document may ask for, measured before it is validated or executed.

One pass measures every fragment once and remembers what it comes to, so that a document that spreads fragments in fragments
takes no longer to refuse than to read. The cost of a field is 1 and its selection, times the items that it may give: the page
that an argument asks for, or a few where a list has no pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    Node,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
    parse,
)

from api.graphql.errors import Code, LimitExceeded, RefusedDocument
from api.settings import Settings

PAGE_ARGUMENTS = ("first", "last", "top")
PAGE_HOLDERS = ("filters",)
"""Arguments that hold a page size within them."""

SHORT_LIST = 4
"""How many items a list without pages counts for: the steps, claims and sources of a path are this few on average."""

INTROSPECTION = ("__schema", "__type")


def read_document(text: str, settings: Settings) -> DocumentNode:
    """Parse a document within its limits on length. Raises LimitExceeded or RefusedDocument."""
    if len(text) > settings.document_characters:
        raise LimitExceeded(f"The document has {len(text):,} characters; at most {settings.document_characters:,} are read.")
    try:
        return parse(text, max_lexical_tokens=settings.tokens, max_comments=settings.comments)
    except GraphQLError as error:
        too_much = "Parsing aborted" in error.message
        raise RefusedDocument(error, Code.LIMIT_EXCEEDED if too_much else Code.PARSE_FAILED) from None


@dataclass(frozen=True, slots=True)
class Measure:
    """What a selection comes to: cost in fields, fields beside each other, and levels of nesting."""

    cost: int = 0
    width: int = 0
    depth: int = 0

    def beside(self, other: Measure) -> Measure:
        return Measure(self.cost + other.cost, self.width + other.width, max(self.depth, other.depth))


class DocumentMeter:
    """Measures one document against the settings; `check` raises LimitExceeded at the first limit that it passes."""

    def __init__(self, sdl: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any] | None, settings: Settings) -> None:
        self._sdl, self._document, self._settings = sdl, document, settings
        self._given = variables or {}
        self._variables: Mapping[str, Any] = {}
        self._fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
        self._known: dict[tuple[str, bool], Measure] = {}
        self._open: set[str] = set()

    def check(self) -> None:
        """O(document), whatever its fragments spread."""
        settings = self._settings
        operations = [node for node in self._document.definitions if isinstance(node, OperationDefinitionNode)]
        _at_most(len(operations), settings.operations, "operations")
        aliases, directives = _count_written(self._document)
        _at_most(aliases, settings.aliases, "aliases")
        _at_most(directives, settings.directives, "directives")
        for operation in operations:
            self._known.clear()
            self._variables = {**_defaults(operation), **self._given}
            root = self._sdl.get_root_type(operation.operation)
            measure = self._selection(operation.selection_set, root, paged=False, level=1)
            _at_most(measure.width, settings.root_fields, "root fields")
            _at_most(measure.cost, settings.cost, "fields, counting every item of every page", "; ask for smaller pages or fewer fields")

    def _selection(self, selection: SelectionSetNode, parent: Any, *, paged: bool, level: int) -> Measure:
        if level > self._settings.depth:
            raise LimitExceeded(f"The document nests fields more than {self._settings.depth} deep.")
        whole = Measure()
        for node in selection.selections:
            if isinstance(node, FieldNode):
                part = self._field(node, parent, paged=paged, level=level)
            elif isinstance(node, FragmentSpreadNode):
                part = self._spread(node.name.value, paged=paged, level=level)
            elif isinstance(node, InlineFragmentNode):
                inner = self._sdl.get_type(node.type_condition.name.value) if node.type_condition else parent
                part = self._selection(node.selection_set, inner, paged=paged, level=level)
            else:
                continue
            whole = whole.beside(part)
        return whole

    def _spread(self, name: str, *, paged: bool, level: int) -> Measure:
        fragment = self._fragments.get(name)
        if fragment is None or name in self._open:
            # Validation names an unknown fragment and a circle of fragments better than a limit could.
            return Measure()
        known = self._known.get((name, paged))
        if known is None:
            self._open.add(name)
            inner = self._sdl.get_type(fragment.type_condition.name.value)
            known = self._selection(fragment.selection_set, inner, paged=paged, level=1)
            self._open.discard(name)
            self._known[name, paged] = known
        if level + known.depth - 1 > self._settings.depth:
            raise LimitExceeded(f"The document nests fields more than {self._settings.depth} deep.")
        return known

    def _field(self, node: FieldNode, parent: Any, *, paged: bool, level: int) -> Measure:
        if node.name.value in INTROSPECTION or node.selection_set is None:
            return Measure(1, 1, 1)
        field = parent.fields.get(node.name.value) if isinstance(parent, GraphQLObjectType) else None
        inner = get_named_type(field.type) if field else None
        size = self._page(node, field) if field else None
        times = size if size is not None else SHORT_LIST if field and not paged and _is_list(field.type) else 1
        below = self._selection(node.selection_set, inner, paged=size is not None, level=level + 1)
        return Measure(1 + times * below.cost, 1, below.depth + 1)

    def _page(self, node: FieldNode, field: GraphQLField) -> int | None:
        """The items that a field's arguments ask for, at most a whole page; None where the field has no such argument."""
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for name, argument in field.args.items():
            if name in PAGE_ARGUMENTS:
                return self._bounded(self._value(given.get(name)) if name in given else argument.default_value)
            if name in PAGE_HOLDERS:
                held = self._value(given.get(name))
                inner = getattr(get_named_type(argument.type), "fields", {})
                for key in PAGE_ARGUMENTS:
                    if key in inner:
                        return self._bounded(held[key] if isinstance(held, dict) and key in held else inner[key].default_value)
        return None

    def _bounded(self, size: Any) -> int:
        most = self._settings.page_most
        # A size that is missing, no number or out of range counts as a whole page; the resolver refuses it.
        return min(size, most) if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else most

    def _value(self, node: ValueNode | None) -> Any:
        if isinstance(node, VariableNode):
            return self._variables.get(node.name.value)
        if isinstance(node, IntValueNode):
            return int(node.value) if len(node.value) < 12 else None
        if isinstance(node, ObjectValueNode):
            return {field.name.value: self._value(field.value) for field in node.fields or () if field.name.value in PAGE_ARGUMENTS}
        return None


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    """The default values of an operation's variables that can be a page size, by name."""
    found: dict[str, Any] = {}
    for variable in operation.variable_definitions or ():
        if isinstance(variable.default_value, IntValueNode) and len(variable.default_value.value) < 12:
            found[variable.variable.name.value] = int(variable.default_value.value)
    return found


def _is_list(kind: GraphQLOutputType) -> bool:
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return isinstance(inner, GraphQLList) and not is_leaf_type(get_named_type(inner))


def _count_written(document: DocumentNode) -> tuple[int, int]:
    """The aliases and directives that the document writes, each definition once."""
    aliases = directives = 0
    for node in _nodes(document):
        aliases += isinstance(node, FieldNode) and node.alias is not None
        directives += len(getattr(node, "directives", None) or ())
    return aliases, directives


def _nodes(document: DocumentNode) -> Iterator[Node]:
    """Definitions and selections, in no order and without recursion."""
    waiting: list[Node] = list(document.definitions)
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(getattr(node, "variable_definitions", None) or ())
        selection = getattr(node, "selection_set", None)
        if selection is not None:
            waiting.extend(selection.selections)


def _at_most(count: int, most: int, what: str, remedy: str = "") -> None:
    if count > most:
        shown = f"{count:,}" if count < 10**12 else "far too many"
        raise LimitExceeded(f"The document asks for {shown} {what}; at most {most:,} are answered{remedy}.")
