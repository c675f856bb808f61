// Where boxes stand and how lines run. Rows and places across come with the page for its first view and for the whole map;
// for every other choice of items the same rules are applied here. Lines run in the channels between rows and pass a row
// only through the gaps between its boxes, so that no line ever crosses a box that it does not belong to.

const MARGIN = 56;
const STEP = 7;
const TRACK = 7;
const ARRIVAL = 25;
const DEPARTURE = 8;
const LANE_EDGE = 4;

// Places for boxes in this order, as near as can be to where they want to be, without overlap and inside the width.
function inRow(wanted, widths, width) {
  const offsets = [];
  let edge = 0;
  for (const box of widths) {
    offsets.push(edge + box / 2);
    edge += box + GAP;
  }
  const free = width - (edge - GAP);
  if (free < 0) return offsets.map((offset) => free / 2 + offset);
  const pools = [];
  wanted.forEach((want, at) => {
    pools.push([want - offsets[at], 1]);
    while (pools.length > 1 && pools[pools.length - 2][0] >= pools[pools.length - 1][0]) {
      const [mean, count] = pools.pop();
      const before = pools[pools.length - 1];
      before[0] = (before[0] * before[1] + mean * count) / (before[1] + count);
      before[1] += count;
    }
  });
  const starts = pools.flatMap(([mean, count]) => Array(count).fill(mean));
  return starts.map((start, at) => Math.min(Math.max(start, 0), free) + offsets[at]);
}

function rowsFromPlaces(boxes, placeOf, laneOfRow) {
  const rows = laneOfRow.map((lane) => ({ lane, boxes: [] }));
  for (const box of boxes) {
    const [row, x] = placeOf(box);
    rows[row].boxes.push({ box, x });
  }
  for (const row of rows) row.boxes.sort((one, other) => one.x - other.x);
  return rows.filter((row) => row.boxes.length);
}

// Rows for any choice of boxes: lanes and order as on the whole map, packed anew.
function packedRows(boxes, lines, aspect) {
  const total = boxes.reduce((sum, box) => sum + box.w + GAP, 0);
  const width = Math.max(520, Math.sqrt((aspect * ROW_PITCH * total) / FILL), ...boxes.map((box) => box.w));
  const ordered = [...boxes].sort((one, other) => one.l - other.l || one.r[0] - other.r[0] || one.r[1] - other.r[1]);
  const rows = [];
  for (const lane of new Set(ordered.map((box) => box.l))) {
    const members = ordered.filter((box) => box.l === lane);
    for (const row of chopped(members, lines, width)) rows.push({ lane, boxes: row.map((box) => ({ box, x: box.r[1] })) });
  }
  sweep(rows, lines, width);
  return rows;
}

// Few rows, about equally full, with few breaks within a layer and few lines within a row: the best of all ways to break.
function chopped(members, lines, width) {
  const steps = members.map((box) => box.w + GAP);
  const place = new Map(members.map((box, at) => [box.id, at]));
  const before = members.map(() => []);
  for (const line of lines) {
    const [one, other] = [place.get(line.from), place.get(line.to)];
    if (one !== undefined && other !== undefined && one !== other) before[Math.max(one, other)].push(Math.min(one, other));
  }
  const least = Math.max(1, Math.ceil(steps.reduce((all, step) => all + step, 0) / (width + GAP)));
  let best = null;
  for (let number = least; !best || number <= least + 1; number += 1) {
    const found = cutsFor(members, steps, before, number, width);
    if (found && (!best || found.cost + 0.3 < best.cost)) best = found;
  }
  return best.cuts.slice(1).map((end, at) => members.slice(best.cuts[at], end));
}

function cutsFor(members, steps, before, number, width) {
  const target = steps.reduce((all, step) => all + step, 0) / number;
  const ends = [new Map([[0, [0, 0]]])];
  for (let row = 0; row < number; row += 1) {
    const reached = new Map();
    for (const [begin, [cost]] of ends[row]) {
      let used = 0;
      let inner = 0;
      for (let end = begin + 1; end <= members.length; end += 1) {
        used += steps[end - 1];
        inner += before[end - 1].filter((other) => other >= begin).length;
        if (used > width + GAP && end > begin + 1) break;
        const torn = end < members.length && members[end - 1].r[0] === members[end].r[0] ? 0.04 : 0;
        const total = cost + (used / target - 1) ** 2 + torn + 0.07 * inner;
        if (!reached.has(end) || total < reached.get(end)[0]) reached.set(end, [total, begin]);
      }
    }
    ends.push(reached);
  }
  if (!ends[number].has(members.length)) return null;
  const cuts = [members.length];
  for (let row = number; row > 0; row -= 1) cuts.unshift(ends[row].get(cuts[0])[1]);
  return { cost: ends[number].get(members.length)[0], cuts };
}

function sweep(rows, lines, width) {
  const place = new Map();
  rows.forEach((row, at) => row.boxes.forEach((item) => place.set(item.box.id, Object.assign(item, { row: at }))));
  const near = new Map([...place.keys()].map((id) => [id, []]));
  for (const line of lines) {
    if (line.from === line.to || !place.has(line.from) || !place.has(line.to)) continue;
    near.get(line.from).push(place.get(line.to));
    near.get(line.to).push(place.get(line.from));
  }
  const settle = (row, wanted) => {
    const xs = inRow(wanted, row.boxes.map((item) => item.box.w), width);
    row.boxes.forEach((item, at) => { item.x = xs[at]; });
  };
  for (const row of rows) settle(row, row.boxes.map(() => width / 2));
  const cost = () => lines.reduce((sum, line) => {
    const [one, other] = [place.get(line.from), place.get(line.to)];
    return one && other ? sum + Math.abs(one.x - other.x) * (one.row === other.row ? 2 : 1) : sum;
  }, 0);
  let best = cost();
  const copy = () => rows.map((row) => row.boxes.map((item) => ({ ...item })));
  let kept = copy();
  for (let turn = 0; turn < 12; turn += 1) {
    for (const row of turn % 2 ? [...rows].reverse() : rows) {
      for (const item of row.boxes) {
        const others = near.get(item.box.id);
        const weights = others.map((other) => 1 / (1 + Math.abs(other.row - item.row)));
        const sum = weights.reduce((all, weight) => all + weight, 0);
        item.wanted = others.length ? others.reduce((all, other, at) => all + weights[at] * other.x, 0) / sum : item.x;
      }
      row.boxes.sort((one, other) => one.wanted - other.wanted || one.x - other.x || one.box.id - other.box.id);
      settle(row, row.boxes.map((item) => item.wanted));
    }
    const now = cost();
    if (now < best) {
      best = now;
      kept = copy();
    }
  }
  rows.forEach((row, at) => { row.boxes = kept[at].map((item) => ({ box: item.box, x: item.x })); });
}

// The whole geometry of one view: boxes with x and y, lines with points, bands with edges.
function geometry(rows, lines) {
  const boxes = new Map();
  let right = 0;
  rows.forEach((row, at) => row.boxes.forEach(({ box, x }, order) => {
    boxes.set(box.id, { box, x, row: at, order, w: box.w, h: box.h });
    right = Math.max(right, x + box.w / 2);
  }));
  const plan = new Plan(rows, boxes, right);
  const routed = plan.route(lines.filter((line) => boxes.has(line.from) && boxes.has(line.to)));
  return { boxes, lines: routed, bands: plan.bands(), width: right, height: plan.height, left: -MARGIN, right: right + MARGIN };
}

class Plan {
  constructor(rows, boxes, right) {
    this.rows = rows;
    this.boxes = boxes;
    this.columns = Math.ceil((right + 2 * MARGIN) / STEP);
    this.blocked = rows.map(() => new Uint8Array(this.columns));
    this.taken = rows.map(() => new Int32Array(this.columns));
    this.channels = Array.from({ length: rows.length + 1 }, () => ({ runs: new Map(), fromAbove: false, fromBelow: false }));
    for (const { x, w, row } of boxes.values()) {
      const first = Math.max(0, Math.floor((x - w / 2 - 7 + MARGIN) / STEP));
      const last = Math.min(this.columns - 1, Math.ceil((x + w / 2 + 7 + MARGIN) / STEP));
      this.blocked[row].fill(1, first, last + 1);
    }
  }

  route(lines) {
    const routes = lines.map((line) => this.skeleton(line)).filter(Boolean);
    this.ports(routes);
    routes.sort((one, other) => one.span - other.span || one.line.id - other.line.id);
    for (const route of routes) this.ways(route);
    this.heights();
    routes.sort((one, other) => one.line.id - other.line.id);
    for (const route of routes) this.points(route);
    return new Map(routes.map((route) => [route.line.id, route]));
  }

  // Lines of one look that leave one box on one side share a stem, as the branches of one tree; between the same two boxes
  // they are one line.
  skeleton(line) {
    const [from, to] = [this.boxes.get(line.from), this.boxes.get(line.to)];
    if (from === to) return { line, from, to, loop: true, span: 0 };
    const look = `${line.g}|${line.s}|${line.q || ""}|${line.p || ""}`;
    if (from.row === to.row) {
      const beside = Math.abs(from.order - to.order) === 1;
      if (beside && !this.besideTaken(from, to)) {
        this.close(from, to);
        return { line, from, to, beside: true, span: 0 };
      }
      const below = (from.order + to.order + line.id) % 2 === 0 ? from.row < this.rows.length - 1 : from.row === 0;
      const side = below ? 1 : -1;
      return { line, from, to, leave: side, arrive: side, span: 0, stem: `${line.from}|${side}|${look}` };
    }
    const down = from.row < to.row;
    const leave = down ? 1 : -1;
    return { line, from, to, leave, arrive: -leave, span: Math.abs(from.row - to.row), stem: `${line.from}|${leave}|${look}` };
  }

  // A narrow gap that a line bridges lets no other line through.
  close(from, to) {
    const [left, right] = from.x < to.x ? [from, to] : [to, from];
    const [begin, end] = [left.x + left.w / 2, right.x - right.w / 2];
    if (end - begin < 90) this.blocked[from.row].fill(1, Math.floor((begin + MARGIN) / STEP), Math.ceil((end + MARGIN) / STEP) + 1);
  }

  besideTaken(from, to) {
    this.pairs ||= new Set();
    const key = [from.box.id, to.box.id].sort().join("|");
    if (this.pairs.has(key)) return true;
    this.pairs.add(key);
    return false;
  }

  ports(routes) {
    const sides = new Map();
    const put = (key, box, port) => {
      if (!sides.has(key)) sides.set(key, { box, ports: new Map() });
      const ports = sides.get(key).ports;
      if (!ports.has(port.name)) ports.set(port.name, { ...port, pulls: [], ends: [] });
      return ports.get(port.name);
    };
    for (const route of routes) {
      if (route.loop || route.beside) continue;
      const out = put(`${route.from.box.id}|${route.leave}`, route.from, { name: `stem ${route.stem}` });
      out.pulls.push(route.to.x);
      out.ends.push((x) => { route.xa = x; });
      const into = put(`${route.to.box.id}|${route.arrive}`, route.to, { name: `arrival ${route.stem}` });
      into.pulls.push(route.from.x);
      into.ends.push((x) => { route.xb = x; });
      this.mark(route.to.row, route.arrive);
    }
    for (const { box, ports } of sides.values()) {
      const list = [...ports.values()];
      for (const port of list) port.pull = port.pulls.reduce((sum, x) => sum + x, 0) / port.pulls.length;
      list.sort((one, other) => one.pull - other.pull || one.name.localeCompare(other.name));
      const spacing = Math.min(18, (box.w - 30) / Math.max(1, list.length - 1));
      // A lone port leans towards where its line goes, so that short lines run straight.
      const lean = list.length === 1 ? Math.max(-1, Math.min(1, (list[0].pull - box.x) / (box.w / 2))) * (box.w / 2 - 22) : 0;
      list.forEach((port, at) => {
        const x = box.x + (at - (list.length - 1) / 2) * spacing + lean;
        for (const end of port.ends) end(x);
      });
    }
    this.straighten(routes, sides);
  }

  // A short jog becomes straight where one end stands alone on its side and can move.
  straighten(routes, sides) {
    for (const route of routes) {
      if (route.loop || route.beside || route.span === 0) continue;
      const jog = Math.abs(route.xa - route.xb);
      const alone = sides.get(`${route.to.box.id}|${route.arrive}`).ports.size === 1;
      if (jog > 0 && alone && Math.abs(route.xa - route.to.x) < route.to.w / 2 - 18) route.xb = route.xa;
    }
  }

  mark(row, side) {
    const channel = this.channels[side > 0 ? row + 1 : row];
    if (side > 0) channel.fromAbove = true;
    else channel.fromBelow = true;
  }

  // The upright parts of a line: at each row on the way a free column near the straight way, as far as it stays free.
  ways(route) {
    route.legs = [];
    if (route.loop || route.beside) return;
    const { from, to, leave } = route;
    if (from.row === to.row) {
      this.run(route, leave > 0 ? from.row + 1 : from.row, route.xa, route.xb, leave > 0 ? "below" : "above");
      return;
    }
    let x = route.xa;
    let row = from.row + leave;
    while (row !== to.row) {
      const [column, reached] = this.column(route, row, to.row, leave, x);
      const next = column * STEP - MARGIN;
      this.run(route, leave > 0 ? row : row + 1, x, next, leave > 0 ? "down" : "up");
      x = next;
      row = reached;
    }
    this.run(route, leave > 0 ? row : row + 1, x, route.xb, leave > 0 ? "down" : "up");
  }

  column(route, row, last, step, x) {
    const stem = this.stemNumber(route.stem);
    let best = [Math.round((x + MARGIN) / STEP), row + step];
    let bestCost = Infinity;
    for (let column = 0; column < this.columns; column += 1) {
      let reached = row;
      let crowded = 0;
      while (reached !== last && !this.blocked[reached][column]) {
        const taken = this.taken[reached][column];
        if (taken && taken !== stem) crowded += 1;
        reached += step;
      }
      if (reached === row) continue;
      const at = column * STEP - MARGIN;
      const left = Math.abs(last - reached);
      const outside = at < 0 || at > this.columns * STEP - 2 * MARGIN ? 60 : 0;
      const cost = Math.abs(at - x) + Math.abs(at - route.xb) + crowded * 90 + left * 130 + outside;
      if (cost < bestCost) {
        bestCost = cost;
        best = [column, reached];
      }
    }
    for (let at = row; at !== best[1]; at += step) this.taken[at][best[0]] = stem;
    return best;
  }

  stemNumber(stem) {
    this.stems ||= new Map();
    if (!this.stems.has(stem)) this.stems.set(stem, this.stems.size + 1);
    return this.stems.get(stem);
  }

  run(route, channel, x1, x2, way) {
    const leg = { x1, x2, channel };
    route.legs.push(leg);
    if (Math.abs(x1 - x2) < 1) return;
    const runs = this.channels[channel].runs;
    // Only the first leg is shared by a whole stem; on later legs each branch goes its own way.
    const name = route.legs.length === 1 ? route.stem : `${route.stem}|${route.to.box.id}|${route.legs.length}`;
    if (!runs.has(name)) runs.set(name, { low: Infinity, high: -Infinity, ups: [], downs: [], legs: [] });
    const item = runs.get(name);
    item.low = Math.min(item.low, x1, x2);
    item.high = Math.max(item.high, x1, x2);
    item.legs.push(leg);
    if (way === "above") item.downs.push(x1, x2);
    else if (way === "below") item.ups.push(x1, x2);
    else if (way === "down") { item.ups.push(x1); item.downs.push(x2); } else { item.downs.push(x1); item.ups.push(x2); }
  }

  // Tracks in a channel, ordered so that lines cross each other as little as can be seen pair by pair.
  heights() {
    let y = 0;
    this.rowTop = [];
    this.channelTop = [];
    this.channels.forEach((channel, at) => {
      const items = [...channel.runs.values()];
      const tracks = ordered(items);
      const head = channel.fromAbove ? ARRIVAL : DEPARTURE;
      const foot = channel.fromBelow ? ARRIVAL : DEPARTURE;
      const pitch = tracks > 16 ? TRACK * 0.75 : TRACK;
      const edge = this.isEdge(at) ? LANE_EDGE : 0;
      const height = Math.max(at === 0 || at === this.rows.length ? 18 : 34, head + foot + Math.max(0, tracks - 1) * pitch) + 2 * edge;
      const first = y + head + edge + (height - 2 * edge - head - foot - Math.max(0, tracks - 1) * pitch) / 2;
      for (const item of items) for (const leg of item.legs) leg.y = first + item.track * pitch;
      this.channelTop.push(y);
      channel.top = y;
      channel.height = height;
      y += height;
      if (at < this.rows.length) {
        const tall = Math.max(...this.rows[at].boxes.map(({ box }) => box.h));
        this.rowTop.push(y);
        for (const { box } of this.rows[at].boxes) this.boxes.get(box.id).y = y + tall / 2;
        y += tall;
      }
    });
    this.height = y;
  }

  isEdge(channel) {
    return channel > 0 && channel < this.rows.length && this.rows[channel - 1].lane !== this.rows[channel].lane;
  }

  points(route) {
    const { from, to } = route;
    if (route.loop) {
      const [x, y] = [from.x + from.w / 2, from.y - from.h / 2];
      route.points = [[x - 26, y], [x - 26, y - 14], [x + 12, y - 14], [x + 12, y + 12], [x, y + 12]];
    } else if (route.beside) {
      const side = to.x > from.x ? 1 : -1;
      route.points = [[from.x + side * from.w / 2, from.y], [to.x - side * to.w / 2, from.y]];
    } else {
      const points = [[route.xa, from.y + route.leave * from.h / 2]];
      for (const leg of route.legs) {
        if (leg.y === undefined) continue;
        points.push([leg.x1, leg.y], [leg.x2, leg.y]);
      }
      points.push([route.xb, to.y + route.arrive * to.h / 2]);
      route.points = points;
    }
  }

  bands() {
    const bands = [];
    this.rows.forEach((row, at) => {
      const last = bands[bands.length - 1];
      if (last && last.lane === row.lane) return;
      const top = at === 0 ? 0 : this.channels[at].top + this.channels[at].height / 2;
      if (last) last.bottom = top;
      bands.push({ lane: row.lane, top, bottom: this.height });
    });
    return bands;
  }
}

function crossings(upper, lower) {
  const inside = (x, run) => x > run.low + 0.5 && x < run.high - 0.5;
  return upper.downs.filter((x) => inside(x, lower)).length + lower.ups.filter((x) => inside(x, upper)).length;
}

function overlap(one, other) {
  return one.low < other.high + 10 && other.low < one.high + 10;
}

// Gives each run a track and says how many tracks there are.
function ordered(items) {
  items.sort((one, other) => one.low - other.low || one.high - other.high);
  for (let pass = 0; pass < Math.min(items.length, 12); pass += 1) {
    let swapped = false;
    for (let at = 0; at + 1 < items.length; at += 1) {
      const [one, other] = [items[at], items[at + 1]];
      if (overlap(one, other) && crossings(other, one) < crossings(one, other)) {
        [items[at], items[at + 1]] = [other, one];
        swapped = true;
      }
    }
    if (!swapped) break;
  }
  let tracks = 0;
  items.forEach((item, at) => {
    // Below those that would cross it more often from underneath; beside the others wherever a track is free.
    const rivals = items.slice(0, at).filter((other) => overlap(other, item));
    const above = rivals.filter((other) => crossings(other, item) < crossings(item, other));
    const taken = new Set(rivals.map((other) => other.track));
    item.track = Math.max(0, ...above.map((other) => other.track + 1));
    while (taken.has(item.track)) item.track += 1;
    tracks = Math.max(tracks, item.track + 1);
  });
  return tracks;
}
