// Paths: an answer's own, and the strongest chain between two items as a view.

function lightPath(path) {
  const missing = path.boxes.some((id) => !scene.boxes.has(id)) || path.lines.some((id) => !scene.lines.has(id));
  state.path = path;
  state.chosen = null;
  if (missing) {
    remember();
    for (const id of path.lines) widenFor(lineById.get(id));
    for (const id of path.boxes) if (state.scope) state.scope = new Set([...state.scope, id]);
    redraw();
  }
  state.lit = { boxes: new Set(path.boxes), lines: new Set(path.lines) };
  remark();
  if (state.present) fitTo(state.lit.boxes);
  showDetails();
  announce(path.text || path.title);
}

function signBadge(sign) {
  const look = data.signs[sign];
  const badge = el("span", { class: "sign", "aria-label": look.verb }, look.mark);
  badge.style.color = look.colour;
  return badge;
}

function stepList(path) {
  let effect = "+";
  return el("ol", { class: "steps" }, path.lines.map((id) => {
    const line = lineById.get(id);
    if (line.s) effect = "+-".includes(line.s) && effect !== "?" ? (line.s === effect ? "+" : "-") : "?";
    return el("li", {}, button(stepOf(data, line, effect), () => actions.line(id), { class: "plain" }));
  }));
}

function showAnswer() {
  const section = $("answer");
  section.hidden = !data.paths.length;
  if (!data.paths.length) return;
  const at = data.paths.indexOf(state.path);
  const step = (by) => { lightPath(data.paths[(at + by + data.paths.length) % data.paths.length]); showAnswer(); };
  section.replaceChildren(
    el("h2", {}, `${data.paths.length} ${data.paths.length === 1 ? "path" : "paths"} of the answer`),
    el("p", { class: "buttons" }, button("← Previous", () => step(at < 0 ? 0 : -1)), button("Next →", () => step(1)), button("All", clear)),
    el("ul", { class: "paths" }, data.paths.map((path, place) => el("li", {}, button([signBadge(path.sign), el("span", {}, `${place + 1}. ${path.title}`)], () => { lightPath(path); showAnswer(); }, { "aria-current": path === state.path ? "true" : null })))),
    at >= 0 ? el("div", {}, el("h3", {}, "Step by step"), stepList(state.path), el("p", { class: "small" }, state.path.text)) : "");
}

// The strongest chain of drawn effects from one item to another: the least sum of -ln(strength), by Dijkstra's method.
function strongest(from, to) {
  const cost = new Map([[from, 0]]);
  const came = new Map();
  const done = new Set();
  const usable = (line) => (line.s === "+" || line.s === "-" || line.s === "?" ? line.w > 0 : line.k === "makes") && state.status.has(statusOf(line));
  while (true) {
    let here = null;
    for (const [id, value] of cost) if (!done.has(id) && (here === null || value < cost.get(here))) here = id;
    if (here === null) return null;
    if (here === to) break;
    done.add(here);
    for (const line of touching.get(here)) {
      if (line.from !== here || !usable(line)) continue;
      const value = cost.get(here) - Math.log(line.s ? Math.min(1, line.w) : 1) + 1e-9;
      if (value < (cost.get(line.to) ?? Infinity)) {
        cost.set(line.to, value);
        came.set(line.to, line);
      }
    }
  }
  const lines = [];
  for (let at = to; at !== from; at = came.get(at).from) lines.unshift(came.get(at));
  const signs = lines.filter((line) => line.s).map((line) => line.s);
  const sign = signs.includes("?") ? "?" : signs.filter((one) => one === "-").length % 2 ? "-" : "+";
  return { boxes: [from, ...lines.map((line) => line.to)], lines: lines.map((line) => line.id), sign, title: "", text: "" };
}

const ends = { from: null, to: null };

function showBetween() {
  const [from, to] = [data.boxes.get(ends.from), data.boxes.get(ends.to)];
  const given = data.paths.find((path) => path.boxes[0] === ends.from && path.boxes[path.boxes.length - 1] === ends.to);
  const path = ends.from === ends.to ? null : given || strongest(ends.from, ends.to);
  const note = given ? "This is the answer's own first path between the two." : "A view only: the strongest chain of links as drawn here. Ask the question for the answer: all paths, their sum and how firmly they stand.";
  if (!path) {
    $("steps").replaceChildren(el("p", {}, `No chain of drawn effects leads from ${from.label} to ${to.label}.`));
    announce(`No chain of drawn effects leads from ${from.label} to ${to.label}`);
    return;
  }
  path.title ||= `${from.label} ${data.signs[path.sign].verb} ${to.label} along this chain`;
  lightPath(path);
  $("steps").replaceChildren(el("p", { class: "buttons" }, signBadge(path.sign), el("strong", {}, path.title)), stepList(path), el("p", { class: "small" }, note), el("p", { class: "buttons" }, button("Clear", clear)));
}

function buildBetween() {
  const field = (which, label) => {
    const input = el("input", { id: `end-${which}`, type: "text", role: "combobox", "aria-expanded": "false", "aria-controls": `ends-${which}`, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false" });
    const list = el("ul", { id: `ends-${which}`, class: "suggestions", role: "listbox", "aria-label": `Items for ${label}` });
    list.hidden = true;
    suggest(input, list, searchOptions, (id) => { ends[which] = id; if (ends.from !== null && ends.to !== null) showBetween(); });
    return el("label", {}, label, input, list);
  };
  $("between").querySelector("div").replaceChildren(el("div", { class: "ends" }, field("from", "From"), field("to", "To")), el("div", { id: "steps" }));
}
