"""What the pound rewards: flows of money by what they are paid for. What no source says is not measured, never 0 per cent."""

from __future__ import annotations

from graph.analysis.first.asked import Asked
from graph.results.first import FirstAnswer, FirstItem
from graph.results.money import NOT_MEASURED, shown
from schema.kinds import LinkKind
from schema.records import Money

METHOD = (
    "flows with a sum that stand, by year, by kind of flow and by what they are paid for; kinds of flow are not added up, as the same pound"
    " is in several"
)


def pays_for(asked: Asked) -> FirstAnswer:
    """One item for each year, kind of flow and what is paid for, newest year first, then most pence.

    A node narrows it to flows from or to it. `share` is of its year and kind of flow.
    """
    sums: dict[tuple[str, str, str], tuple[int, int]] = {}
    without = 0
    for row in asked.standing(LinkKind.FUNDS):
        if asked.node not in (None, int(asked.snapshot.start[row]), int(asked.snapshot.end[row])):
            continue
        money: Money | None = asked.snapshot.link(row).money
        if money is None:
            without += 1
            continue
        key = (money.year, str(money.flow), str(money.paid_for) if money.paid_for else NOT_MEASURED)
        pence, count = sums.get(key, (0, 0))
        sums[key] = (pence + money.pence, count + 1)
    keys = sorted(sums)
    keys.sort(key=lambda key: sums[key][0], reverse=True)
    keys.sort(key=lambda key: key[0], reverse=True)
    items = [_item(key, sums) for key in keys]
    measured = sum(count for key, (_, count) in sums.items() if key[2] != NOT_MEASURED)
    flows = sum(count for _, count in sums.values())
    return asked.answer(
        items,
        opening=f"Of {flows} flows with a sum, {measured} say what they are paid for; of the rest it is not measured.",
        method=METHOD,
        about=asked.node,
        counts={"flows": flows, "measured": measured, "without_sum": without},
        none="No flow of money with a sum stands here.",
    )


def _item(key: tuple[str, str, str], sums: dict[tuple[str, str, str], tuple[int, int]]) -> FirstItem:
    year, flow, word = key
    pence, count = sums[key]
    whole = sum(sum_ for (other_year, other_flow, _), (sum_, _) in sums.items() if (other_year, other_flow) == (year, flow))
    said = word if word == NOT_MEASURED else f"paid for {word.replace('_', ' ')}"
    share = pence / whole if whole else None
    return FirstItem(
        id=f"{year}.{flow}.{word.replace(' ', '_')}",
        label=f"{year}, {flow.replace('_', ' ')}: {said}",
        facts={"year": year, "flow": flow, "paid_for": word, "pence": pence, "flows": count, "share": share},
        text=f"{year}, {flow.replace('_', ' ')}: {shown(pence)} {said}, in {count} {'flow' if count == 1 else 'flows'}.",
    )
