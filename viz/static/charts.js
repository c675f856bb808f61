// Series as small charts, made of the same marks as the map, each with its values as a table. The scale starts at nothing, so
// that what looks half as high is half as much; periods stand where they lie in time, so that a gap in them is seen.

const CHART = { width: 292, left: 16, right: 284, top: 27, bottom: 112, size: 15, letter: 8.4, ink: "#1a1a1a", soft: "#4a4f55", rule: "#8a9099" };
const STANDINGS = { revised: { several: "were revised since", mark: (x, y) => circle(x, y, 7) }, beside: { several: "come from another report", mark: (x, y) => polygon([[x, y - 8], [x + 8, y], [x, y + 8], [x - 8, y]]) } };
const MOST_SAID = 3;

function figureOf(value, places) {
  const size = Math.abs(value);
  if (size && (size < 1e-4 || size >= 1e15)) return String(value);
  return value.toLocaleString("en-GB", { minimumFractionDigits: Number.isInteger(value) ? 0 : places, maximumFractionDigits: 8 });
}

// A number and what stands behind it: "£" goes before the number, pounds with pence keep both places.
function valueParts(value, unit) {
  if (value === undefined) return ["no number", ""];
  const pounds = unit.startsWith("£");
  const rest = pounds ? unit.slice(1) : unit;
  const joined = pounds && /^[a-z]/i.test(rest);
  return [`${pounds && value < 0 ? "−" : ""}${pounds ? "£" : ""}${figureOf(pounds ? Math.abs(value) : value, pounds && !joined ? 2 : 0)}${joined ? rest : ""}`, joined ? "" : rest.trim()];
}

function valueWords(value, unit) {
  return valueParts(value, unit).filter(Boolean).join(" ");
}

function shortened(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function captionOf(series) {
  return [series.name || "Values", series.unit].filter(Boolean).join(", ");
}

// Where a value stands. Shares are taken of the largest size first, so that no number is too large to be drawn.
function placesOf(drawn) {
  const days = drawn.map((value) => value.x);
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const most = Math.max(...drawn.map((value) => Math.abs(value.y))) || 1;
  const shares = drawn.map((value) => value.y / most);
  const [low, high] = [Math.min(0, ...shares), Math.max(0, ...shares)];
  const across = (day) => CHART.left + 8 + ((CHART.right - CHART.left - 16) * (day - first)) / (last - first || 1);
  const up = (size) => CHART.bottom - ((CHART.bottom - CHART.top) * (size / most - low)) / (high - low || 1);
  return { across, up, zero: up(0) };
}

function label(text, x, y, more) {
  return { text, x, y, size: CHART.size, fill: CHART.ink, anchor: "middle", ...more };
}

// Period and value of both ends stand below the line, where nothing crosses them; a long unit goes to a row of its own.
function endLabels(series, first, last) {
  const rows = [[first.p, last.p].map((period) => shortened(period, 17))];
  const whole = [first, last].map((value) => valueWords(value.y, series.unit));
  const fits = (texts) => (texts.join("").length + 2) * CHART.letter <= CHART.right - CHART.left;
  if (fits(whole)) rows.push(whole);
  else rows.push(...[0, 1].map((part) => [first, last].map((value) => valueParts(value.y, series.unit)[part])));
  if (!fits(rows[rows.length - 1])) rows[rows.length - 1] = [shortened(rows[rows.length - 1][0], 30), ""];
  const marks = rows.flatMap((texts, row) => texts.map((text, at) => label(text, at ? CHART.right : CHART.left, CHART.bottom + 17 + 20 * row, { anchor: at ? "end" : "start", fill: row ? CHART.ink : CHART.soft, weight: row ? 700 : 400 })));
  return { marks: marks.filter((mark) => mark.text), height: CHART.bottom + 27 + 20 * (rows.length - 1) };
}

// The highest value says how much the height is, unless it stands at an end and is said there.
function peakLabel(drawn, ends, places) {
  const peak = drawn.reduce((best, value) => (value.y > best.y ? value : best));
  if (ends.some((end) => end.y === peak.y) || peak.y <= 0) return [];
  const text = shortened(figureOf(peak.y, 0), 24);
  const half = (text.length * CHART.letter) / 2;
  return [label(text, Math.max(half, Math.min(CHART.width - half, places.across(peak.x))), places.up(peak.y) - 17)];
}

function seriesMarks(series) {
  const drawn = series.values.filter((value) => value.x !== undefined);
  const line = drawn.filter((value) => !value.r);
  const ends = [line[0], line[line.length - 1]];
  const places = placesOf(drawn);
  const spot = (value) => [places.across(value.x), places.up(value.y)];
  const way = (points) => `M${points.map((point) => point.map(number).join(" ")).join("L")}`;
  const marks = [{ d: way([[CHART.left, places.zero], [CHART.right, places.zero]]), stroke: CHART.rule, width: 1 }, label("0", CHART.left - 9, places.zero, { fill: CHART.soft })];
  line.slice(1).forEach((value, at) => marks.push({ d: way([spot(line[at]), spot(value)]), stroke: CHART.ink, width: 2, dash: value.e === line[at].e ? null : [6, 4] }));
  for (const value of drawn.filter((other) => other.r)) {
    if (value.o !== undefined) marks.push({ d: way([spot(value), spot(series.values[value.o])]), stroke: CHART.soft, width: 1 });
    marks.push({ d: STANDINGS[value.r].mark(...spot(value)), fill: "#ffffff", stroke: CHART.soft, width: 1.8 });
  }
  line.forEach((value) => marks.push({ d: circle(...spot(value), line.length > 24 ? 2 : 4), fill: CHART.ink }));
  const below = endLabels(series, ...ends);
  return { marks: [...marks, ...peakLabel(drawn, ends, places), ...below.marks], height: below.height, line, drawn };
}

// What a chart says to those who do not see it; every value stands in the table below.
function chartWords(series, line) {
  const highest = line.reduce((best, value) => (value.y > best.y ? value : best));
  const said = (value) => `${valueWords(value.y, series.unit)} in ${value.p}`;
  return `${captionOf(series)}: a line over ${line.length} periods from ${said(line[0])} to ${said(line[line.length - 1])}; the highest is ${said(highest)}. The scale starts at 0.`;
}

function standingWords(series, value) {
  const instead = series.values[value.o];
  const said = (of) => `${valueWords(of.y, series.unit)}${of.e ? ` in edition ${of.e}` : ""}`;
  if (value.r === "revised") return `${value.p}: ${said(value)}, since revised${instead ? ` to ${said(instead)}` : ""}`;
  return `${value.p}: another report has ${said(value)}${instead ? `, the line ${said(instead)}` : ""}`;
}

function chartKey(series, line, drawn) {
  const row = (marks, words) => el("li", {}, sample(marks, 26, 20), el("span", {}, words));
  const rows = Object.entries(STANDINGS).flatMap(([standing, look]) => {
    const found = drawn.filter((value) => value.r === standing);
    const mark = [{ d: look.mark(13, 10), fill: "#ffffff", stroke: CHART.soft, width: 1.8 }];
    if (found.length > MOST_SAID) return [row(mark, `${found.length} values ${look.several}; see the values below`)];
    return found.map((value) => row(mark, standingWords(series, value)));
  });
  if (line.some((value, at) => at && value.e !== line[at - 1].e)) rows.push(row([{ d: "M2 10H24", stroke: CHART.ink, width: 2, dash: [6, 4] }], "dashed: from one edition to another"));
  return rows.length ? el("ul", { class: "key" }, rows) : null;
}

// What is noted of values stands beside the picture of them: a doubt must not wait until somebody opens a table.
function noteList(series) {
  const periods = new Map();
  for (const { d, p } of series.values) if (d) periods.set(d, [...(periods.get(d) || []), p]);
  const notes = [...periods].slice(0, MOST_SAID).map(([note, of]) => el("li", {}, el("span", {}, `${shortened(of.join(", "), 60)}: ${note}`)));
  return notes.length ? el("ul", { class: "key" }, notes, periods.size > MOST_SAID ? el("li", {}, "More is noted with the values below.") : null) : null;
}

function valueTable(data, series, editions) {
  const cited = (value) => {
    const source = value.s === undefined ? null : data.sources[value.s];
    return [source ? outside(source.u, source.t) : `${value.i} (not described)`, source && source.r ? el("em", {}, ` (${source.r})`) : null, ...value.f.map((fact) => `; ${fact}`), value.d ? `; ${value.d}` : null];
  };
  return el("table", {}, el("caption", { class: "unseen" }, captionOf(series)),
    el("thead", {}, el("tr", {}, ["Period", "Value", ...(editions ? ["Edition"] : []), "Source"].map((word) => el("th", { scope: "col" }, word)))),
    el("tbody", {}, series.values.map((value) => el("tr", {}, el("th", { scope: "row" }, value.p), el("td", {}, valueWords(value.y, series.unit)), editions ? el("td", {}, value.e || "not recorded") : null, el("td", {}, cited(value))))));
}

function seriesFigure(data, series) {
  const charted = series.values.some((value) => value.x !== undefined);
  const count = series.values.length;
  const shown = el("figure", { class: "series" }, el("figcaption", {}, captionOf(series)));
  if (charted) {
    const { marks, height, line, drawn } = seriesMarks(series);
    shown.append(svgOf(marks, [0, 0, CHART.width, height], FONT, chartWords(series, line)), chartKey(series, line, drawn) || "");
  } else {
    const checked = series.values.filter((value) => !value.m);
    const said = checked.slice(0, MOST_SAID).map((value) => `${value.p}: ${valueWords(value.y, series.unit)}`);
    shown.append(el("p", {}, said.length ? [...said, ...(checked.length > MOST_SAID ? ["…"] : [])].join("; ") : "No value of it was checked."));
  }
  const editions = series.values.some((value) => value.e);
  const words = `${count === 1 ? "1 value" : `${count} values`} with ${editions ? "edition and source" : "source; edition not recorded"}`;
  shown.append(noteList(series) || "", el("details", {}, el("summary", {}, words), valueTable(data, series, editions)));
  return shown;
}

function seriesList(data, all) {
  return all.length ? el("div", {}, el("h3", {}, "Series"), all.map((series) => seriesFigure(data, series))) : null;
}
