// What stands beside the picture: details with their claims, filters, legend, paths and the table. Every word that comes
// from the map is put in as a text node; nothing is ever read as markup.

function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function button(label, act, attributes) {
  return el("button", { type: "button", onclick: act, ...attributes }, label);
}

// Only web addresses become links, whatever the map says.
function outside(url, label) {
  return /^https?:\/\//i.test(url || "") ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label) : label;
}

function factList(facts) {
  return facts.length ? el("dl", { class: "facts" }, facts.flatMap(([term, text]) => [el("dt", {}, term), el("dd", {}, text)])) : null;
}

function claimNote(data, claim) {
  const source = claim.s === undefined ? null : data.sources[claim.s];
  const cited = source && el("p", { class: "source" }, "Source: ", outside(source.u, source.t), source.f.length ? `, ${source.f.join(", ")}` : "", source.r ? el("em", {}, ` (${source.r})`) : "");
  return el("li", { class: claim.o ? "claim opinion" : "claim" },
    el("strong", {}, claim.k),
    claim.d ? el("p", {}, claim.o ? `“${claim.d}”` : claim.d) : null,
    claim.f.length ? el("p", { class: "small" }, claim.f.join("; ")) : null,
    cited,
    claim.m.length ? el("p", { class: "small missing" }, `Not recorded: ${claim.m.join(", ")}`) : null);
}

function claimList(data, claims, what) {
  if (!claims.length) return el("p", { class: "small missing" }, `No claim about this ${what} is recorded.`);
  return el("div", {}, el("h3", {}, claims.length === 1 ? "1 claim" : `${claims.length} claims`), el("ul", { class: "claims" }, claims.map((claim) => claimNote(data, claim))));
}

function boxDetails(data, box, out, into, act) {
  const links = (title, lines) => lines.length === 0 ? null : el("div", {}, el("h3", {}, title), el("ul", { class: "links" }, lines.map((line) => el("li", {}, button(sentenceOf(data, line), () => act.line(line.id), { class: "plain" })))));
  const drawn = (line) => data.linkKinds[line.k].relation === "Effects" || data.linkKinds[line.k].relation === "Who decides";
  return el("div", {},
    el("p", { class: "kind" }, `${data.kinds[box.k].glyph} ${data.kinds[box.k].title}${box.p ? ", proposed" : ""}`),
    el("h2", { class: "chosen", tabindex: -1 }, box.label),
    el("p", { class: "buttons" },
      button("Show around this", () => act.around(box.id)), button("From here", () => act.end("from", box.id), { title: "Set as the start of a path" }), button("To here", () => act.end("to", box.id), { title: "Set as the end of a path" })),
    box.d ? el("p", {}, box.d) : null,
    factList(box.f),
    seriesList(data, box.v),
    links("What it does", out.filter(drawn)), links("What acts on it", into.filter(drawn)),
    links("Also", [...out, ...into].filter((line) => !drawn(line))),
    claimList(data, box.c, "item"));
}

function lineDetails(data, line, act) {
  return el("div", {},
    el("p", { class: "kind" }, `Link: ${data.linkKinds[line.k].relation.toLowerCase()}${line.p ? ", proposed" : ""}`),
    el("h2", { class: "chosen", tabindex: -1 }, sentenceOf(data, line)),
    el("p", { class: "buttons" }, button(data.boxes.get(line.from).label, () => act.box(line.from)), " → ", button(data.boxes.get(line.to).label, () => act.box(line.to))),
    line.d ? el("p", {}, line.d) : null,
    factList(line.f),
    claimList(data, line.c, "link"));
}

// "A raises B (worse)"; the page makes the sentence from its parts, so that it is held once.
function sentenceOf(data, line) {
  return `${data.boxes.get(line.from).label} ${verbOf(data, line)} ${data.boxes.get(line.to).label}${worthOf(data, line)}`;
}

function verbOf(data, line) {
  return line.s ? data.signs[line.s].verb : data.linkKinds[line.k].reads;
}

function worthOf(data, line, sign = line.s) {
  const better = data.boxes.get(line.to).b;
  if (!"+-".includes(sign || " ") || !["more", "less"].includes(better)) return "";
  return (sign === "+") === (better === "more") ? " (better)" : " (worse)";
}

// A step of a path: what the link says of its two ends, and what that comes to along the path so far.
function stepOf(data, line, effect) {
  const said = `${data.boxes.get(line.from).label} ${verbOf(data, line)} ${data.boxes.get(line.to).label}`;
  if (!line.s || !"+-".includes(effect)) return said;
  return `${said}: along this path it ${effect === "+" ? "rises" : "falls"}${worthOf(data, line, effect)}`;
}

function checkGroup(title, choices, chosen, change) {
  return el("fieldset", {}, el("legend", {}, title), choices.map(({ value, label, swatch, count }) => {
    const input = el("input", { type: "checkbox", value, onchange: (event) => { chosen[event.target.checked ? "add" : "delete"](value); change(); } });
    input.checked = chosen.has(value);
    return el("label", {}, input, swatch || null, el("span", {}, label), count === undefined ? null : el("span", { class: "count" }, String(count)));
  }));
}

// A silo's word as people write it; the one that is letters stays in capitals.
function siloWords(silo) {
  return silo === "nhs" ? "NHS" : silo.replaceAll("-", " ");
}

function swatch(colours) {
  const element = el("span", { class: "swatch", "aria-hidden": "true" });
  element.style.background = colours[0];
  element.style.borderColor = colours[1];
  return element;
}

// Small pictures made of the same marks as the map.
function sample(marks, width, height) {
  const svg = svgOf(marks, [0, 0, width, height], "Arial, sans-serif", "");
  svg.removeAttribute("role");
  svg.setAttribute("aria-hidden", "true");
  svg.querySelector("rect").remove();
  svg.querySelector("title").remove();
  return svg;
}

function legend(data, used) {
  const line = (sign, extra) => {
    const route = { line: { id: -1, s: sign, w: 0.5, k: sign ? "influences" : "makes", ...extra }, points: [[2, 11], [66, 11]] };
    return sample(lineMarks(data, route, "plain"), 70, 22);
  };
  const row = (picture, words) => el("li", {}, picture, el("span", {}, words));
  const kinds = Object.entries(data.kinds).filter(([kind]) => used.has(kind)).map(([kind, look]) => {
    const colours = look.neutral ? data.neutral : ["#f3f4f6", "#3d3d3d"];
    const marks = [{ d: OUTLINES[look.outline](26, 9), x: 34, y: 11, fill: colours[0], stroke: colours[1], width: look.neutral ? 2.2 : 1.6 }, { text: look.glyph, x: 34, y: 11, size: 12, fill: "#1a1a1a", anchor: "middle" }];
    return row(sample(marks, 70, 22), look.title);
  });
  return el("div", {},
    el("ul", { class: "legend" },
      row(line("+", {}), "raises"), row(line("-", {}), "lowers"),
      row(line("?", {}), "moves, which way is not known"), row(line("0", { q: 1 }), "looked for, no effect found"),
      row(line("+", { q: 1 }), "dotted: rests on an assumption"), row(line("+", { p: 1 }), "dashed: proposed, not in force"),
      row(line(null, {}), "decides, or another link without a sign")),
    el("p", { class: "small" }, "A raising link: more of the one gives more of the other; a lowering link: less of it. A thicker line is a stronger effect, as judged. Lines of one sort that leave an item together share a stem; each branch ends in its own head. Several links of one sort between the same two items are drawn as one line and listed one by one in the details and the table."),
    el("ul", { class: "legend" }, kinds));
}

function tableOf(head, rows, caption) {
  return el("table", {}, el("caption", {}, caption),
    el("thead", {}, el("tr", {}, head.map((word) => el("th", { scope: "col" }, word)))),
    el("tbody", {}, rows.map(([id, first, ...cells]) => el("tr", { "data-id": id }, el("th", { scope: "row" }, first), cells.map((cell) => el("td", {}, cell))))));
}

function factOf(facts, term) {
  const found = facts.find(([name]) => name === term);
  return found ? found[1] : "";
}

function tables(data, boxes, lines, act) {
  const status = (mark) => (mark.p ? "proposed" : factOf(mark.f, "In force") || "stands");
  const items = boxes.map((box) => [box.id, button(box.label, () => act.box(box.id), { class: "plain" }), data.kinds[box.k].title, data.lanes[box.l].label, siloWords(box.s), factOf(box.f, "Owner") || factOf(box.f, "Shows at"), status(box), String(box.c.length)]);
  const links = lines.map((line) => [line.id, button(sentenceOf(data, line), () => act.line(line.id), { class: "plain" }), line.s ? data.signs[line.s].mark : "", factOf(line.f, "Strength"), factOf(line.f, "Confidence"), factOf(line.f, "Takes"), factOf(line.f, "Stands on"), status(line), String(line.c.length)]);
  return el("div", {},
    tableOf(["Item", "Kind", "Stands in", "Silo", "Owner, or where it shows", "Status", "Claims"], items, `Items shown: ${items.length}`),
    tableOf(["Link", "Sign", "Strength", "Confidence", "Takes", "Stands on", "Status", "Claims"], links, `Links shown: ${links.length}`));
}

// A text field with suggestions below it, for keyboard and screen reader alike.
function suggest(input, list, options, pick) {
  let found = [];
  let at = -1;
  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const choose = (option) => { input.value = option.label; close(); pick(option.id); };
  const show = () => {
    found = matches(options(), input.value).slice(0, 9);
    list.replaceChildren(...found.map((option, place) => el("li", { id: `${list.id}-${place}`, role: "option", "aria-selected": String(place === at), onmousedown: (event) => { event.preventDefault(); choose(option); } }, option.label, el("span", { class: "count" }, option.hint))));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    if (at >= 0) input.setAttribute("aria-activedescendant", `${list.id}-${at}`);
  };
  input.addEventListener("input", () => { at = -1; if (input.value.trim()) show(); else close(); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!found.length || list.hidden) show();
      at = found.length ? (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length : -1;
      show();
    } else if (event.key === "Enter" && input.value.trim()) {
      event.preventDefault();
      if (!found.length) show();
      if (found.length) choose(found[Math.max(0, at)]);
    }
  });
}

function matches(options, text) {
  const words = text.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const scored = options.map((option) => {
    if (!words.every((word) => option.search.includes(word))) return null;
    const label = option.label.toLowerCase();
    const score = label.startsWith(words.join(" ")) ? 0 : words.every((word) => label.includes(word)) ? 1 : 2;
    return { option, score };
  }).filter(Boolean);
  scored.sort((one, other) => one.score - other.score || one.option.label.length - other.option.label.length || one.option.id - other.option.id);
  return scored.map(({ option }) => option);
}
