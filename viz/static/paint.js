// From geometry to marks, and from marks to canvas or SVG. A mark is a path or a text; both painters know nothing else,
// so that what is downloaded and printed is what stands on the screen.

const ROUND = 9;

const OUTLINES = {
  rectangle: (w, h) => polygon([[-w, -h], [w, -h], [w, h], [-w, h]]),
  rounded: (w, h) => rounded(w, h, 9),
  pill: (w, h) => rounded(w, h, Math.min(h, 22)),
  cut: (w, h) => polygon([[-w + 9, -h], [w - 9, -h], [w, -h + 9], [w, h - 9], [w - 9, h], [-w + 9, h], [-w, h - 9], [-w, -h + 9]]),
  octagon: (w, h) => polygon([[-w + 14, -h], [w - 14, -h], [w, -h / 3], [w, h / 3], [w - 14, h], [-w + 14, h], [-w, h / 3], [-w, -h / 3]]),
  slant: (w, h) => polygon([[-w + 7, -h], [w, -h], [w - 7, h], [-w, h]]),
  double: (w, h) => `${OUTLINES.rectangle(w, h)}${OUTLINES.rectangle(w - 4, h - 4)}`,
  folded: (w, h) => `${polygon([[-w, -h], [w - 11, -h], [w, -h + 11], [w, h], [-w, h]])}M${w - 11} ${-h}V${-h + 11}H${w}`,
  pointed: (w, h) => polygon([[-w, -h], [w - 9, -h], [w, 0], [w - 9, h], [-w, h]]),
};

function number(value) {
  return String(Math.round(value * 10) / 10);
}

function polygon(points) {
  return `M${points.map(([x, y]) => `${number(x)} ${number(y)}`).join("L")}Z`;
}

function rounded(w, h, r) {
  const k = [w - r, h - r];
  return `M${-k[0]} ${-h}H${k[0]}A${r} ${r} 0 0 1 ${w} ${-k[1]}V${k[1]}A${r} ${r} 0 0 1 ${k[0]} ${h}H${-k[0]}A${r} ${r} 0 0 1 ${-w} ${k[1]}V${-k[1]}A${r} ${r} 0 0 1 ${-k[0]} ${-h}Z`;
}

// A way along right angles with its corners rounded; points that do not turn are left out.
function smooth(points) {
  const way = points.filter(([x, y], at) => at === 0 || Math.abs(x - points[at - 1][0]) + Math.abs(y - points[at - 1][1]) > 0.4);
  let d = `M${number(way[0][0])} ${number(way[0][1])}`;
  for (let at = 1; at + 1 < way.length; at += 1) {
    const [before, here, after] = [way[at - 1], way[at], way[at + 1]];
    const lengths = [Math.hypot(here[0] - before[0], here[1] - before[1]), Math.hypot(after[0] - here[0], after[1] - here[1])];
    const r = Math.min(ROUND, lengths[0] / 2, lengths[1] / 2);
    const near = (point, length) => [here[0] + ((point[0] - here[0]) * r) / length, here[1] + ((point[1] - here[1]) * r) / length];
    const [start, end] = [near(before, lengths[0]), near(after, lengths[1])];
    d += `L${number(start[0])} ${number(start[1])}Q${number(here[0])} ${number(here[1])} ${number(end[0])} ${number(end[1])}`;
  }
  const last = way[way.length - 1];
  return `${d}L${number(last[0])} ${number(last[1])}`;
}

function circle(x, y, r) {
  return `M${number(x - r)} ${number(y)}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
}

function headMarks(route, look, alpha) {
  const points = route.points;
  const tip = points[points.length - 1];
  let from = points[points.length - 2];
  for (let at = points.length - 2; at > 0 && Math.hypot(tip[0] - from[0], tip[1] - from[1]) < 0.5; at -= 1) from = points[at - 1];
  const length = Math.hypot(tip[0] - from[0], tip[1] - from[1]) || 1;
  const [ux, uy] = [(tip[0] - from[0]) / length, (tip[1] - from[1]) / length];
  const at = (back, side) => [tip[0] - ux * back - uy * side, tip[1] - uy * back + ux * side];
  const paper = "#ffffff";
  const marks = [];
  if (look.head === "bar") marks.push({ d: `M${at(2, -6).map(number).join(" ")}L${at(2, 6).map(number).join(" ")}`, stroke: look.colour, width: 3.4, alpha });
  else if (look.head === "ring") marks.push({ d: circle(...at(5, 0), 4), stroke: look.colour, fill: paper, width: 1.8, alpha });
  else if (look.head === "open") marks.push({ d: `M${at(8, -5).map(number).join(" ")}L${at(1, 0).map(number).join(" ")}L${at(8, 5).map(number).join(" ")}`, stroke: look.colour, width: 1.8, alpha });
  else marks.push({ d: polygon([at(0.5, 0), at(10, -5), at(10, 5)]), stroke: look.colour, fill: look.head === "hollow" ? paper : look.colour, width: 1.2, alpha });
  if (look.mark) {
    const [x, y] = at(17.5, 0);
    marks.push({ d: circle(x, y, 6.5), fill: paper, stroke: look.colour, width: 1.4, alpha });
    marks.push({ text: look.mark, x, y: y + 0.5, size: 12.5, weight: 700, fill: look.colour, anchor: "middle", alpha });
  }
  return marks;
}

function lineLook(data, line) {
  const sign = line.s ? data.signs[line.s] : null;
  const kind = data.linkKinds[line.k];
  return sign ? { ...sign } : { colour: kind.colour, head: kind.head, mark: "" };
}

// A line has three strokes: a casing in the paper's colour, which lifts it over the lines that it crosses, itself, and its head.
function lineMarks(data, route, strength) {
  const { line } = route;
  const look = lineLook(data, line);
  const d = smooth(route.points);
  const width = (line.s ? [1.5, 2.1, 2.9][Math.min(2, Math.floor(line.w * 3))] : 1.3) * (strength === "lit" ? 1.7 : 1);
  const alpha = strength === "faded" ? 0.1 : strength === "plain" && !line.s ? 0.62 : strength === "plain" ? 0.86 : 1;
  const dash = line.p ? [9, 5] : line.q ? [2, 4.5] : null;
  const marks = strength === "faded" ? [] : [{ d, fine: true, stroke: "#ffffff", width: width + 3, alpha: strength === "lit" ? 1 : 0.85 }];
  marks.push({ d, stroke: look.colour, width, dash, alpha, round: Boolean(line.q) });
  return [...marks, ...headMarks(route, look, strength === "faded" ? 0.12 : 1).map((mark) => ({ ...mark, fine: true }))];
}

function boxMarks(data, item, strength) {
  const { box, x, y } = item;
  const kind = data.kinds[box.k];
  const colours = kind.neutral ? data.neutral : data.silos[box.s];
  const alpha = strength === "faded" ? 0.22 : 1;
  const d = OUTLINES[kind.outline](box.w / 2, box.h / 2);
  const chosen = strength === "chosen";
  const marks = [{ d, x, y, fill: "#ffffff", stroke: "#ffffff", width: 5, alpha: strength === "faded" ? 0.75 : 1 }];
  if (chosen) marks.push({ d: rounded(box.w / 2 + 5, box.h / 2 + 5, 11), x, y, stroke: "#111111", width: 3, alpha: 1 });
  marks.push({ d, x, y, fill: colours[0], stroke: colours[1], width: chosen || strength === "lit" ? 3 : kind.neutral ? 2.2 : 1.7, dash: box.p ? [6, 4] : null, alpha, box: box.id });
  const height = data.lettering.line;
  box.t.forEach((text, at) => {
    const top = y + (at - (box.t.length - 1) / 2) * height + 0.5;
    marks.push({ text, x, y: top, size: data.lettering.size, fill: data.lettering.ink, anchor: "middle", most: box.w - 12, alpha: strength === "faded" ? 0.34 : 1 });
  });
  return marks;
}

function bandMarks(data, scene, gutter) {
  const [left, right] = [scene.left - gutter, scene.right];
  return scene.bands.flatMap((band, at) => [
    { d: `M${number(left)} ${number(band.top)}H${number(right)}V${number(band.bottom)}H${number(left)}Z`, fill: at % 2 ? "#ffffff" : data.lettering.band },
    { d: `M${number(left)} ${number(band.top)}H${number(right)}`, stroke: "#c6c9ce", width: 1 },
    { d: `M${number(left)} ${number(band.bottom)}H${number(right)}`, stroke: "#c6c9ce", width: 1 },
  ]);
}

// Titles grow with the scene, so that they can be read where the boxes no longer can; none grows out of its band.
function bandTitles(data, scene, left, gutter) {
  return scene.bands.flatMap((band) => {
    const lines = brokenTitle(data.lanes[band.lane].label, 12);
    const size = Math.min((15.5 * gutter) / 118, ((band.bottom - band.top) * 0.9) / (lines.length * 1.22));
    return lines.map((text, at) => ({ text, x: left + size * 0.75, y: (band.top + band.bottom) / 2 + (at - (lines.length - 1) / 2) * size * 1.22, size, weight: 700, fill: "#2b2b2b", anchor: "start" }));
  });
}

function brokenTitle(label, most) {
  const lines = [];
  for (const word of label.split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && `${last} ${word}`.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

// From far away heads, casings and letters cannot be seen, and leaving them out keeps a large map moving smoothly.
function paint(ctx, marks, font, scale = 1) {
  for (const mark of marks) {
    if (scale < 0.25 && (mark.fine || (mark.text !== undefined && scale * mark.size < 3))) continue;
    ctx.globalAlpha = mark.alpha ?? 1;
    if (mark.text !== undefined) {
      ctx.font = `${mark.weight || 400} ${mark.size}px ${font}`;
      ctx.textAlign = mark.anchor === "middle" ? "center" : "left";
      ctx.textBaseline = "middle";
      ctx.fillStyle = mark.fill;
      if (mark.most) ctx.fillText(mark.text, mark.x, mark.y, mark.most);
      else ctx.fillText(mark.text, mark.x, mark.y);
      continue;
    }
    mark.path ||= new Path2D(mark.d);
    if (mark.x !== undefined) ctx.translate(mark.x, mark.y);
    if (mark.fill) {
      ctx.fillStyle = mark.fill;
      ctx.fill(mark.path, "nonzero");
    }
    if (mark.stroke) {
      ctx.strokeStyle = mark.stroke;
      ctx.lineWidth = mark.width;
      ctx.setLineDash(mark.dash || []);
      ctx.lineCap = mark.round ? "round" : "butt";
      ctx.stroke(mark.path);
    }
    if (mark.x !== undefined) ctx.translate(-mark.x, -mark.y);
  }
  ctx.globalAlpha = 1;
  ctx.setLineDash([]);
}

const SVG = "http://www.w3.org/2000/svg";

// The same marks as an SVG element. Text is text: it can be selected, searched and read aloud.
function svgOf(marks, frame, font, title, titles) {
  const make = (name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined && value !== null) element.setAttribute(key, value);
    return element;
  };
  const svg = make("svg", { xmlns: SVG, viewBox: frame.map(number).join(" "), width: number(frame[2]), height: number(frame[3]), role: "img" });
  svg.append(Object.assign(make("title", {}), { textContent: title }));
  svg.append(make("rect", { x: number(frame[0]), y: number(frame[1]), width: number(frame[2]), height: number(frame[3]), fill: "#ffffff" }));
  for (const mark of marks) {
    const opacity = mark.alpha === undefined || mark.alpha === 1 ? null : number(mark.alpha * 10) / 10;
    if (mark.text !== undefined) {
      const text = make("text", { x: number(mark.x), y: number(mark.y + mark.size * 0.35), "font-size": mark.size, "font-family": font, "font-weight": mark.weight, fill: mark.fill, "text-anchor": mark.anchor, opacity });
      text.textContent = mark.text;
      svg.append(text);
      continue;
    }
    const path = make("path", {
      d: mark.d, fill: mark.fill || "none", stroke: mark.stroke, "stroke-width": mark.stroke && mark.width, "stroke-dasharray": mark.dash && mark.dash.join(" "),
      "stroke-linecap": mark.round ? "round" : null, transform: mark.x === undefined ? null : `translate(${number(mark.x)} ${number(mark.y)})`, opacity,
    });
    if (titles && mark.box !== undefined && titles.has(mark.box)) path.append(Object.assign(make("title", {}), { textContent: titles.get(mark.box) }));
    svg.append(path);
  }
  return svg;
}
