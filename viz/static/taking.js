// Out of the page: SVG, PNG and paper, all from the same marks.

function pictureOf() {
  const marks = [...bandList, ...lineList, ...[...boxLists.values()].flat(), ...bandTitles(data, scene, scene.left - gutterOf(scene), gutterOf(scene))];
  const head = 44;
  const frame = [scene.left - gutterOf(scene), -head, scene.right - scene.left + gutterOf(scene), scene.height + head + 30];
  marks.push({ text: data.title, x: frame[0] + 12, y: -24, size: 20, weight: 700, fill: "#1a1a1a", anchor: "start" });
  marks.push({ text: $("count").textContent, x: frame[0] + 12, y: scene.height + 16, size: 13, fill: "#4a4f55", anchor: "start" });
  return svgOf(marks, frame, FONT, data.title, new Map(scene.shown.map((box) => [box.id, `${box.label}: ${data.kinds[box.k].title}`])));
}

function save(blob, ending) {
  const name = data.title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "map";
  const link = el("a", { href: URL.createObjectURL(blob), download: `${name}.${ending}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function saveSvg() {
  save(new Blob([new XMLSerializer().serializeToString(pictureOf())], { type: "image/svg+xml" }), "svg");
}

function savePng() {
  const svg = pictureOf();
  const [width, height] = [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))];
  const scale = Math.min(2, 12000 / Math.max(width, height));
  const image = new Image();
  image.onload = () => {
    const canvas = el("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(blob, "png"), "image/png");
    URL.revokeObjectURL(image.src);
  };
  image.src = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" }));
}

function toPaper() {
  $("paper").replaceChildren(pictureOf(), legend(data, new Set(scene.shown.map((box) => box.k))));
}
