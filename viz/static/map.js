// The page itself: whole views, mouse and keys, and the start. Comes last, when all else is there.

// ---- views ---------------------------------------------------------------------

function wholeMap() {
  remember();
  state.scope = null;
  state.around = null;
  state.about = "The whole map";
  state.lit = null;
  redraw();
  showDetails();
  announce(`The whole map: ${scene.shown.length} items shown`);
}

function back() {
  const before = trail.pop();
  if (!before) return;
  Object.assign(state, before, { lit: null, path: null });
  redraw();
  showDetails();
}

function setFlipped(flipped) {
  state.flipped = flipped;
  $("flip").setAttribute("aria-pressed", String(flipped));
  redraw();
  announce(`${data.lanes[flipped ? data.lanes.length - 1 : 0].label} at the top`);
}

function setTable(on) {
  state.table = on;
  $("as-table").setAttribute("aria-pressed", String(on));
  $("stage").hidden = on;
  $("table").hidden = !on;
  if (on) {
    describe();
    $("table").focus();
  } else {
    network.setSize("100%", "100%");
    redraw();
  }
}

function setPresent(on) {
  state.present = on;
  document.body.classList.toggle("present", on);
  $("present").setAttribute("aria-pressed", String(on));
  if (on && state.table) setTable(false);
  showDetails();
  network.setSize("100%", "100%");
  network.redraw();
  fitTo(on && state.lit ? state.lit.boxes : null);
}

function setHash(item) {
  // A notebook's frame forbids this; the page is as good without it.
  try { history.replaceState(null, "", item ? `#item=${encodeURIComponent(item)}` : location.pathname + location.search); } catch { /* nothing to do */ }
}

const kept = {
  get(name) { try { return localStorage.getItem(name); } catch { return null; } },
  set(name, value) { try { localStorage.setItem(name, value); } catch { /* a file or a frame may not keep anything */ } },
};

function askWayUp(wanted) {
  if (data.lanes.length < 2) return;
  const answer = wanted || kept.get("caremap-way-up");
  if (answer === "first" || answer === "last") { if (answer === "last") setFlipped(true); return; }
  const bar = $("way-up");
  const pick = (way) => { kept.set("caremap-way-up", way); bar.hidden = true; if (state.flipped !== (way === "last")) setFlipped(way === "last"); else { network.redraw(); fitTo(null); } $("map").focus(); };
  bar.append(el("span", {}, "Which way up?"), button(`${data.lanes[0].label} at the top`, () => pick("first")), button(`${data.lanes[data.lanes.length - 1].label} at the top`, () => pick("last")));
  bar.hidden = false;
}

// ---- mouse and keys ------------------------------------------------------------

function lineAt(spot) {
  const reach = 7 / network.getScale();
  let best = null;
  for (const route of scene.lines.values()) {
    for (let at = 1; at < route.points.length; at += 1) {
      const distance = distanceTo(spot, route.points[at - 1], route.points[at]);
      // Where lines share a stem the one whose own end is nearest is meant.
      const last = route.points[route.points.length - 1];
      const score = distance + Math.hypot(spot.x - last[0], spot.y - last[1]) * 1e-4;
      if (distance < reach && (!best || score < best.score)) best = { id: route.line.id, score };
    }
  }
  return best?.id;
}

function distanceTo(spot, [x1, y1], [x2, y2]) {
  const square = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const along = square ? Math.max(0, Math.min(1, ((spot.x - x1) * (x2 - x1) + (spot.y - y1) * (y2 - y1)) / square)) : 0;
  return Math.hypot(spot.x - x1 - along * (x2 - x1), spot.y - y1 - along * (y2 - y1));
}

function clicked(event) {
  const spot = event.pointer.canvas;
  if (event.nodes.length) { actions.box(event.nodes[0]); return; }
  const line = lineAt(spot);
  if (line !== undefined) actions.line(line);
  else clear();
}

const DIRECTIONS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function walk(key) {
  const here = scene.boxes.get(state.chosen?.box);
  if (!here) {
    const first = scene.shown[0];
    if (first) actions.box(first.id);
    return;
  }
  const [dx, dy] = DIRECTIONS[key];
  let best = null;
  for (const item of scene.boxes.values()) {
    const [x, y] = [item.x - here.x, item.y - here.y];
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (item === here || ahead <= 4 || (dx && aside > 4)) continue;
    const score = dx ? ahead : ahead * 3 + aside;
    if (!best || score < best.score) best = { id: item.box.id, score };
  }
  if (best) actions.box(best.id, { keepPath: true });
}

function keyed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    if (state.present) setPresent(false);
    $("search").focus();
    $("search").select();
  } else if (event.key === "Escape") {
    if (typing) event.target.blur();
    else if (state.present && !state.chosen && !state.lit) setPresent(false);
    clear();
    $("map").focus();
  } else if (DIRECTIONS[event.key] && event.target.closest("#map")) {
    event.preventDefault();
    walk(event.key);
  } else if (event.key === "Enter" && event.target.closest("#map") && state.chosen) {
    event.preventDefault();
    $("details").querySelector(".chosen")?.focus();
  }
}

let options = null;

function searchOptions() {
  options ||= allBoxes.map((box) => ({ id: box.id, label: box.label, hint: data.kinds[box.k].title, search: [box.label, box.n, ...(box.a || [])].join(" ").toLowerCase() }));
  return options;
}

// What is drawn and where, for whoever embeds or tests the page; it can look and not touch.
window.caremapView = () => ({
  boxes: [...scene.boxes.values()].map(({ box, x, y, w, h }) => ({ id: box.n, label: box.label, lane: box.l, x, y, w, h, spot: network.canvasToDOM({ x, y }), strength: strengthOfBox(box.id) })),
  lines: [...scene.lines.values()].map(({ line, points }) => ({ id: line.n, from: data.boxes.get(line.from).n, to: data.boxes.get(line.to).n, sign: line.s || null, points, colour: lineLook(data, line).colour, lit: state.lit ? state.lit.lines.has(line.id) : null })),
  bands: scene.bands.map(({ lane, top, bottom }) => ({ label: data.lanes[lane].label, top, bottom })),
  scale: network.getScale(),
  flipped: state.flipped,
});

function start() {
  items = new vis.DataSet([]);
  network = new vis.Network($("map"), { nodes: items, edges: new vis.DataSet([]) }, { ...JSON.parse(read("map-options")), height: "100%", width: "100%" });
  network.on("beforeDrawing", drawUnder);
  network.on("afterDrawing", drawOver);
  network.on("click", clicked);
  network.on("doubleClick", (event) => event.nodes.length && actions.around(event.nodes[0]));
  const wanted = new URLSearchParams(location.hash.slice(1));
  buildBetween();
  showFilters();
  if (state.around && state.scope && roomFor() < 0.8 * state.scope.size) {
    state.around.most = roomFor();
    state.scope = nearest(state.around.ids, state.around.most);
  }
  redraw();
  askWayUp(wanted.get("up"));
  showAnswer();
  showDetails();
  suggest($("search"), $("found"), searchOptions, (id) => { actions.box(id); $("map").focus(); });
  const pressed = { back, whole: wholeMap, more: () => spread(1.5), fewer: () => spread(1 / 1.5), flip: () => setFlipped(!state.flipped), "as-table": () => setTable(!state.table), present: () => setPresent(!state.present), png: savePng, svg: saveSvg, print: () => window.print() };
  for (const [id, act] of Object.entries(pressed)) $(id).addEventListener("click", act);
  document.addEventListener("keydown", keyed);
  window.addEventListener("beforeprint", toPaper);
  window.addEventListener("afterprint", () => $("paper").replaceChildren());
  window.addEventListener("resize", () => requestAnimationFrame(() => fitTo(null)));
  const item = allBoxes.find((box) => box.n === wanted.get("item"));
  if (item) actions.box(item.id);
  document.documentElement.dataset.ready = "yes";
}

start();
