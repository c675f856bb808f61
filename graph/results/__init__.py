"""What answers are made of. Every answer carries its bounds, completeness, method, revision, as-of date and filter.

`to_json` gives what `--json` prints: fields in the order of the contract, floats to 12 significant digits, so that equal
answers are equal bytes on every store. One module a question; all are imported from here.
"""

from __future__ import annotations

from graph.results.compare import CompareAnswer
from graph.results.first import FirstAnswer, FirstItem
from graph.results.gaps import ClosingLoop, ConsultationGap, Cover, FeedbackLink, Gap, GapAnswer, ReturnPath, Unanswered, Voice
from graph.results.impact import DecisionBalance, ImpactAnswer, Pinch
from graph.results.litmus import LitmusAnswer, Verdict
from graph.results.loops import FeedbackLoop, LoopAnswer, LoopComponent
from graph.results.money import MoneyAnswer
from graph.results.paths import Balance, ImpactPath, Step
from graph.results.reach import ReachAnswer, Reached, ReachShare
from graph.results.read import ReadAnswer
from graph.results.silos import Broker, Crossroads, HandOver, Modularity, Silo, SiloAnswer
from graph.results.terms import Json, Terms, tidy
from graph.results.whatif import WhatIfAnswer

__all__ = [
    "Balance",
    "Broker",
    "ClosingLoop",
    "CompareAnswer",
    "ConsultationGap",
    "Cover",
    "Crossroads",
    "DecisionBalance",
    "FeedbackLink",
    "FeedbackLoop",
    "FirstAnswer",
    "FirstItem",
    "Gap",
    "GapAnswer",
    "HandOver",
    "ImpactAnswer",
    "ImpactPath",
    "Json",
    "LitmusAnswer",
    "LoopAnswer",
    "LoopComponent",
    "Modularity",
    "MoneyAnswer",
    "Pinch",
    "ReachAnswer",
    "ReachShare",
    "Reached",
    "ReadAnswer",
    "ReturnPath",
    "Silo",
    "SiloAnswer",
    "Step",
    "Terms",
    "Unanswered",
    "Verdict",
    "Voice",
    "WhatIfAnswer",
    "tidy",
]
