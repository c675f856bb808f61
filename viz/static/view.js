// What is shown: the page's data, its state, and the scene that the two come to.

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const $ = (id) => document.getElementById(id);
const data = read("map-page");
const word = (at) => data.words[at];
const unpackedValue = (value) => ({ ...value, p: word(value.p), e: value.e === undefined ? "" : word(value.e), i: value.i === undefined ? "" : word(value.i), d: value.d === undefined ? "" : word(value.d), f: value.f.map(word) });
const unpacked = (mark) => ({
  ...mark,
  f: Array.from({ length: mark.f.length / 2 }, (_, at) => [word(mark.f[2 * at]), word(mark.f[2 * at + 1])]),
  c: mark.c.map((claim) => ({ ...claim, k: word(claim.k), f: claim.f.map(word), m: claim.m.map(word) })),
  v: (mark.v || []).map((series) => ({ name: word(series.t), unit: word(series.u), values: series.v.map(unpackedValue) })),
});
const allBoxes = read("map-nodes").map(unpacked);
const allLines = read("map-links").map(unpacked);
data.boxes = new Map(allBoxes.map((box) => [box.id, box]));
const lineById = new Map(allLines.map((line) => [line.id, line]));
const touching = new Map(allBoxes.map((box) => [box.id, []]));
for (const line of allLines) {
  touching.get(line.from).push(line);
  if (line.to !== line.from) touching.get(line.to).push(line);
}
const { gap: GAP, rowPitch: ROW_PITCH, fill: FILL } = data.layout;
const FONT = data.lettering.font;
const TITLES = 118;
const NEAREST = data.nearest;
const MANY = 150;
const ROOMY = 1500 * 960;

const opening = new Set(allBoxes.filter((box) => box.o).map((box) => box.id));
const state = {
  scope: opening.size === allBoxes.length ? null : opening,
  about: data.about,
  around: data.focus.length ? { ids: data.focus, most: NEAREST } : null,
  flipped: false,
  asOf: data.asOf,
  tiers: new Set(data.lanes.map((_, at) => at)),
  silos: new Set(allBoxes.map((box) => box.s)),
  kinds: new Set(allBoxes.map((box) => box.k)),
  relations: new Set(data.shown),
  status: new Set(data.proposals ? ["stands", "proposed"] : ["stands"]),
  confidence: 0,
  chosen: null,
  lit: null,
  path: null,
  present: false,
  table: false,
};
const trail = [];
let scene = null;
let network = null;
let items = null;
let bandList = [];
let lineList = [];
let boxLists = new Map();

function statusOf(mark) {
  if (mark.p) return "proposed";
  if (state.asOf && mark.i && mark.i > state.asOf) return "to come";
  if (state.asOf && mark.e && mark.e <= state.asOf) return "ended";
  return "stands";
}

function shownLines() {
  const inScope = (id) => !state.scope || state.scope.has(id);
  const passes = (box) => inScope(box.id) && state.tiers.has(box.l) && state.silos.has(box.s) && state.kinds.has(box.k) && state.status.has(statusOf(box));
  const passing = new Set(allBoxes.filter(passes).map((box) => box.id));
  const lines = allLines.filter((line) => passing.has(line.from) && passing.has(line.to) && state.relations.has(line.g) && state.status.has(statusOf(line)) && (line.u === undefined || line.u >= state.confidence));
  return [passing, lines];
}

// An item whose links are all filtered away goes too, unless it never had one or somebody asked for it.
function shownNow() {
  const [passing, lines] = shownLines();
  const joined = new Set(lines.flatMap((line) => [line.from, line.to]));
  const asked = new Set([...data.focus, state.chosen?.box, ...(state.path ? state.path.boxes : [])]);
  const boxes = allBoxes.filter((box) => passing.has(box.id) && (joined.has(box.id) || asked.has(box.id) || touching.get(box.id).length === 0));
  return [boxes, lines];
}

function sameAs(boxes, wanted) {
  return boxes.length === wanted.size && boxes.every((box) => wanted.has(box.id));
}

// The arrangement that came with the page, where this is its view; and others, wider and narrower, to fill whatever screen this is.
function arrangements(boxes, lines) {
  const stage = $("stage").getBoundingClientRect();
  const aspect = Math.min(2.4, Math.max(0.6, (stage.width - TITLES) / Math.max(320, stage.height)));
  const others = (boxes.length > MANY ? [1] : [1, 0.75, 1.35, 1.8]).map((factor) => () => packedRows(boxes, lines, aspect * factor));
  return sameAs(boxes, opening) ? [() => rowsFromPlaces(boxes, (box) => box.o, data.openingLanes), ...(boxes.length > MANY ? [] : others)] : others;
}

// The room for lane titles at the left: more of it where the whole is large and is seen from far away.
function gutterOf(made) {
  return TITLES * Math.max(1, Math.min(6, made.height / 1250));
}

// The arrangement with the largest letters; another than the first must be clearly better.
function bestScene(boxes, lines) {
  const stage = $("stage").getBoundingClientRect();
  let best = null;
  arrangements(boxes, lines).forEach((make, at) => {
    const rows = make();
    const made = geometry(state.flipped ? [...rows].reverse() : rows, lines);
    const scale = Math.min(stage.width / (made.right - made.left + gutterOf(made)), stage.height / made.height) * (at === 0 ? 1.08 : 1);
    if (!best || scale > best.scale) best = { scale, made };
  });
  return best.made;
}

function redraw({ fit = true } = {}) {
  const [boxes, lines] = shownNow();
  $("empty").hidden = boxes.length > 0;
  scene = boxes.length ? bestScene(boxes, lines) : { boxes: new Map(), lines: new Map(), bands: [], width: 0, height: 0, left: 0, right: 0 };
  scene.shown = boxes.map((box) => data.boxes.get(box.id));
  scene.drawn = lines;
  items.clear();
  items.add([...scene.boxes.values()].map(({ box, x, y }) => ({ id: box.id, label: box.label, shape: "custom", x, y, ctxRenderer: renderBox })));
  remark();
  if (fit) fitTo(null);
  describe();
}

function describe() {
  const { shown, drawn } = scene;
  const whole = `${allBoxes.length} items and ${allLines.length} links on the map`;
  $("count").textContent = `${state.about}: ${shown.length} items and ${drawn.length} links shown; ${whole}; revision ${data.revision}${state.asOf ? `; as of ${state.asOf}` : "; any day"}`;
  $("whole").disabled = state.scope === null;
  $("nearby").hidden = !state.around;
  $("back").hidden = trail.length === 0;
  if (state.table) $("table").replaceChildren(tables(data, shown, drawn, actions));
  showLegend();
}

function strengthOfBox(id) {
  if (state.chosen?.box === id) return "chosen";
  if (!state.lit) return "plain";
  return state.lit.boxes.has(id) ? "lit" : "faded";
}

// The marks of the view, made once and painted on every frame.
function remark() {
  const lit = state.lit;
  const strengthOf = (line) => (!lit ? "plain" : lit.lines.has(line.id) ? "lit" : "faded");
  const routes = [...scene.lines.values()];
  routes.sort((one, other) => Number(lit?.lines.has(one.line.id) ?? 0) - Number(lit?.lines.has(other.line.id) ?? 0) || Number(Boolean(one.line.s)) - Number(Boolean(other.line.s)));
  lineList = routes.flatMap((route) => lineMarks(data, route, strengthOf(route.line)));
  bandList = bandMarks(data, scene, gutterOf(scene));
  boxLists = new Map([...scene.boxes.values()].map((item) => {
    const id = item.box.id;
    return [id, boxMarks(data, item, strengthOfBox(id))];
  }));
  network.redraw();
}

function renderBox({ ctx, id }) {
  const item = scene.boxes.get(id);
  return { drawNode: () => paint(ctx, boxLists.get(id) || [], FONT, network.getScale()), nodeDimensions: { width: item?.w || 10, height: item?.h || 10 } };
}

function viewEdge() {
  return network.DOMtoCanvas({ x: 0, y: 0 }).x;
}

function drawUnder(ctx) {
  paint(ctx, bandList, FONT);
  paint(ctx, lineList, FONT, network.getScale());
}

// Lane titles stay at the left edge however far one has moved.
function drawOver(ctx) {
  const left = Math.max(scene.left - gutterOf(scene), viewEdge());
  const moved = left > scene.left - gutterOf(scene) + 1;
  const titles = bandTitles(data, scene, left, gutterOf(scene));
  if (moved) paint(ctx, scene.bands.map((band) => ({ d: `M${left} ${band.top + 2}h${gutterOf(scene) - 6}V${band.bottom - 2}h${6 - gutterOf(scene)}Z`, fill: "#ffffff", alpha: 0.86 })), FONT);
  paint(ctx, titles, FONT);
}

function frameOf(ids) {
  const items = ids ? [...ids].map((id) => scene.boxes.get(id)).filter(Boolean) : [];
  if (!items.length) return [scene.left - gutterOf(scene), 0, scene.right - scene.left + gutterOf(scene), scene.height];
  const left = Math.min(...items.map((item) => item.x - item.w / 2)) - 60;
  const right = Math.max(...items.map((item) => item.x + item.w / 2)) + 60;
  const top = Math.min(...items.map((item) => item.y - item.h / 2)) - 60;
  const bottom = Math.max(...items.map((item) => item.y + item.h / 2)) + 60;
  return [left - gutterOf(scene), top, right - left + gutterOf(scene), bottom - top];
}

function fitTo(ids) {
  const [x, y, width, height] = frameOf(ids);
  const stage = $("stage").getBoundingClientRect();
  if (!width || !stage.width || state.table) return;
  const most = state.present ? 2 : 1.35;
  const scale = Math.max(0.08, Math.min(most, (stage.width - 12) / width, (stage.height - 12) / Math.max(height, 80)));
  network.moveTo({ position: { x: x + width / 2, y: y + height / 2 }, scale, animation: false });
}
