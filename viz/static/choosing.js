// What a reader has chosen: an item, a line, the surroundings of an item, and what the details then say.

function announce(words) {
  $("live").textContent = words;
}

function neighboursOf(id) {
  const lines = scene.drawn.filter((line) => line.from === id || line.to === id);
  return { boxes: new Set([id, ...lines.flatMap((line) => [line.from, line.to])]), lines: new Set(lines.map((line) => line.id)) };
}

function choose(chosen, { lit = undefined, move = true } = {}) {
  state.chosen = chosen;
  if (lit !== undefined) state.lit = lit;
  remark();
  showDetails();
  if (move && chosen?.box !== undefined) bringIntoView(chosen.box);
}

function bringIntoView(id) {
  const item = scene.boxes.get(id);
  if (!item) return;
  const spot = network.canvasToDOM({ x: item.x, y: item.y });
  const stage = $("stage").getBoundingClientRect();
  if (spot.x < 60 || spot.y < 40 || spot.x > stage.width - 60 || spot.y > stage.height - 40) network.moveTo({ position: { x: item.x, y: item.y } });
}

function remember() {
  trail.push({ scope: state.scope, around: state.around, about: state.about, chosen: state.chosen });
  if (trail.length > 50) trail.shift();
}

const actions = {
  box(id, { keepPath = false } = {}) {
    if (!scene.boxes.has(id)) { actions.around(id); return; }
    if (!keepPath) state.path = null;
    choose({ box: id }, { lit: neighboursOf(id) });
    const box = data.boxes.get(id);
    const count = neighboursOf(id).lines.size;
    announce(`${box.label}, ${data.kinds[box.k].title}, ${data.lanes[box.l].label}, ${count} links shown`);
    setHash(box.n);
  },
  line(id) {
    const line = lineById.get(id);
    if (!scene.lines.has(id)) { remember(); widenFor(line); redraw(); }
    state.path = null;
    choose({ line: id }, { lit: { boxes: new Set([line.from, line.to]), lines: new Set([id]) } });
    announce(sentenceOf(data, line));
  },
  around(id) {
    remember();
    const box = data.boxes.get(id);
    state.path = null;
    admit(box);
    if (!touching.get(id).some((line) => state.relations.has(line.g))) data.relations.forEach((relation) => state.relations.add(relation));
    state.around = { ids: [id], most: roomFor() };
    state.scope = nearest([id], state.around.most);
    state.about = `What is nearest to ${box.label}`;
    state.chosen = { box: id };
    state.lit = null;
    redraw();
    showFilters();
    showDetails();
    announce(`The map now shows what is nearest to ${box.label}: ${scene.shown.length} items`);
  },
  end(which, id) {
    $(`end-${which}`).value = data.boxes.get(id).label;
    ends[which] = id;
    $("between").open = true;
    if (ends.from !== null && ends.to !== null) showBetween();
  },
};

// Lets a thing through the filters when somebody asked for it by name.
function admit(box) {
  state.tiers.add(box.l);
  state.silos.add(box.s);
  state.kinds.add(box.k);
  state.status.add(statusOf(box));
}

function widenFor(line) {
  for (const id of [line.from, line.to]) {
    admit(data.boxes.get(id));
    if (state.scope) state.scope = new Set([...state.scope, id]);
  }
  state.relations.add(line.g);
  state.status.add(statusOf(line));
  if (line.u !== undefined && line.u < state.confidence) state.confidence = 0;
  showFilters();
}

// How many items the stage can show with every label readable.
function roomFor() {
  const stage = $("stage").getBoundingClientRect();
  return Math.max(16, Math.min(NEAREST, Math.round((NEAREST * stage.width * stage.height) / ROOMY)));
}

function nearest(ids, most) {
  const found = new Set(ids);
  let edge = [...ids];
  while (edge.length && found.size < most) {
    const fresh = new Map();
    for (const at of edge) {
      for (const line of touching.get(at)) {
        if (!state.relations.has(line.g) || !state.status.has(statusOf(line))) continue;
        for (const other of [line.from, line.to]) if (!found.has(other) && state.status.has(statusOf(data.boxes.get(other)))) fresh.set(other, touching.get(other).length);
      }
    }
    edge = [...fresh].sort((one, other) => other[1] - one[1] || one[0] - other[0]).slice(0, most - found.size).map(([other]) => other);
    edge.forEach((other) => found.add(other));
  }
  return found;
}

// More or fewer of what is nearest.
function spread(factor) {
  const { ids, most } = state.around;
  const wanted = Math.max(8, Math.min(allBoxes.length, Math.round((factor > 1 ? Math.max(most, state.scope?.size || 0) : Math.min(most, state.scope?.size || most)) * factor)));
  remember();
  state.around = { ids, most: wanted };
  state.scope = nearest(ids, wanted);
  state.lit = null;
  redraw();
  announce(`${scene.shown.length} items shown`);
}

function clear() {
  state.path = null;
  choose(null, { lit: null });
  showAnswer();
  $("steps")?.replaceChildren();
  setHash("");
  announce("Cleared");
}

function showDetails() {
  const chosen = state.chosen;
  if (chosen?.box !== undefined) {
    const box = data.boxes.get(chosen.box);
    const lines = touching.get(box.id);
    $("details").replaceChildren(boxDetails(data, box, lines.filter((line) => line.from === box.id), lines.filter((line) => line.to === box.id && line.from !== box.id), actions));
  } else if (chosen?.line !== undefined) {
    $("details").replaceChildren(lineDetails(data, lineById.get(chosen.line), actions));
  } else {
    $("details").replaceChildren(el("h2", {}, state.about), el("p", { class: "small" }, "Choose an item or a line for what is recorded of it, with its claims and sources. Press / to find any item on the map, arrow keys to walk, Esc to clear."));
  }
  if (chosen) $("side").scrollTop = data.paths.length && state.path ? $("side").scrollTop : 0;
  document.body.classList.toggle("bare", state.present && !chosen && !state.path);
}
