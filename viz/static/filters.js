// Filters and legend: what may be shown, and what it means.

function countBy(key) {
  const counts = new Map();
  for (const box of allBoxes) counts.set(key(box), (counts.get(key(box)) || 0) + 1);
  return counts;
}

function filtered() {
  state.lit = null;
  redraw();
  announce(`${scene.shown.length} items and ${scene.drawn.length} links shown`);
}

function showFilters() {
  const [byLane, bySilo, byKind] = [countBy((box) => box.l), countBy((box) => box.s), countBy((box) => box.k)];
  const byRelation = new Map();
  for (const line of allLines) byRelation.set(line.g, (byRelation.get(line.g) || 0) + 1);
  const statuses = [["stands", "in force"], ["proposed", "proposed"], ...(data.days.length ? [["ended", "ended before the day"], ["to come", "not yet in force"]] : [])];
  const confidence = el("select", { id: "confidence", "aria-label": "Confidence of links", onchange: (event) => { state.confidence = Number(event.target.value); filtered(); } },
    [[0, "any"], [0.45, "medium or high"], [0.75, "high"]].map(([value, label]) => el("option", { value }, label)));
  confidence.value = String(state.confidence);
  $("filters").querySelector("div").replaceChildren(
    checkGroup("Relation", data.relations.filter((name) => byRelation.has(name)).map((name) => ({ value: name, label: name, count: byRelation.get(name) })), state.relations, filtered),
    checkGroup("Stands in", data.lanes.map((lane, at) => ({ value: at, label: lane.label, count: byLane.get(at) || 0 })), state.tiers, filtered),
    checkGroup("Kind", Object.keys(data.kinds).filter((kind) => byKind.has(kind)).map((kind) => ({ value: kind, label: `${data.kinds[kind].glyph} ${data.kinds[kind].title}`, count: byKind.get(kind) })), state.kinds, filtered),
    checkGroup("Silo", [...bySilo.keys()].sort().map((silo) => ({ value: silo, label: siloWords(silo), swatch: swatch(data.silos[silo]), count: bySilo.get(silo) })), state.silos, filtered),
    checkGroup("Status", statuses.map(([value, label]) => ({ value, label })), state.status, filtered),
    el("fieldset", {}, el("legend", {}, "Confidence of links"), el("label", { for: "confidence" }, confidence)),
    data.days.length ? dateField() : null);
}

function dateField() {
  const set = (day) => { state.asOf = day || null; showFilters(); filtered(); };
  const step = (by) => {
    const now = state.asOf || (by > 0 ? "" : "9999");
    const next = by > 0 ? data.days.find((day) => day > now) : [...data.days].reverse().find((day) => day < now);
    if (next) set(next);
  };
  const input = el("input", { id: "as-of", type: "date", "aria-label": "As of this day", onchange: (event) => set(event.target.value) });
  input.value = state.asOf || "";
  return el("fieldset", {}, el("legend", {}, "As of"), input,
    button("◀", () => step(-1), { "aria-label": "The change before" }), button("▶", () => step(1), { "aria-label": "The next change" }), button("Any day", () => set(null), { "aria-pressed": String(!state.asOf) }));
}

function showLegend() {
  $("legend").querySelector("div").replaceChildren(legend(data, new Set(scene.shown.map((box) => box.k))), siloLegend());
}

function siloLegend() {
  const silos = [...new Set(scene.shown.filter((box) => !data.kinds[box.k].neutral).map((box) => box.s))].sort();
  return el("div", {}, el("h3", {}, "Whose it is (silo)"), el("ul", { class: "legend" }, silos.map((silo) => el("li", {}, swatch(data.silos[silo]), siloWords(silo)))), el("p", { class: "small" }, "People have a plain outline, whatever they belong to."));
}
