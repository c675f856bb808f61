"""By which rule a scenario is followed, and that what it asks for can be."""

from __future__ import annotations

from typing import cast, get_args

import numpy as np

from graph.kernels.settling import Law, Rule, Transfer
from graph.scope import Scenario
from schema.errors import BadInput, BadQuestion


def law_of(scenario: Scenario) -> tuple[Rule, Transfer]:
    """The rule and its transfer function. Raises BadQuestion where they do not go together."""
    rule = scenario.rule or ("kosko" if scenario.transfer not in (None, "tanh") else "tanh")
    if rule not in get_args(Rule):
        raise BadInput(f"--rule {rule}: known are {', '.join(get_args(Rule))}.")
    transfer = scenario.transfer or ("tanh" if rule == "tanh" else "sigmoid")
    if transfer not in get_args(Transfer):
        raise BadInput(f"--transfer {transfer}: known are {', '.join(get_args(Transfer))}.")
    if rule == "tanh" and transfer != "tanh":
        raise BadQuestion(f"--rule tanh has its own transfer function; --transfer {transfer} goes with --rule kosko or modified.")
    if rule == "rescaled" and transfer != "sigmoid":
        raise BadQuestion(f"--rule rescaled is made for the sigmoid; --transfer {transfer} goes with --rule kosko or modified.")
    return cast("Rule", rule), cast("Transfer", transfer)


def check_numbers(scenario: Scenario) -> None:
    if not scenario.epsilon > 0:
        raise BadInput(f"--epsilon {scenario.epsilon:g}: must be above 0.")
    if scenario.steepness is not None and not 0 < scenario.steepness < np.inf:
        raise BadInput(f"--lambda {scenario.steepness:g}: must be above 0.")
    for name, value, most in (
        ("--months", scenario.months, 1_200),
        ("--draws", scenario.draws, 100_000),
        ("--trace", scenario.trace, 1_000),
    ):
        if not 0 <= value <= most:
            raise BadInput(f"{name} {value}: must lie between 0 and {most}.")
    if scenario.seed < 0:
        raise BadInput(f"--seed {scenario.seed}: must not be negative.")


def formula(law: Law) -> str:
    """The law as a formula."""
    return {
        "tanh": "x' = tanh(lambda W'x)",
        "kosko": f"x' = {law.transfer}(lambda W'x)",
        "modified": f"x' = {law.transfer}(lambda (x + W'x))",
        "rescaled": "x' = sigmoid(lambda ((2x-1) + W'(2x-1)))",
    }[law.rule]
