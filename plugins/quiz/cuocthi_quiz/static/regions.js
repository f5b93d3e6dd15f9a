// Regions of a picture drawn with the pointer: a drag over the picture fills the four numbers of the row in hand. Without
// it, and with a keyboard, the numbers are entered. The address of the picture is that of the bank's list.
(() => {
  "use strict";
  const WHOLE = 1000;
  const regions = document.querySelector("[data-regions]");
  const choice = document.querySelector("select[data-pictures]");
  if (!regions || !choice) return;
  const pictures = JSON.parse(choice.dataset.pictures);
  const rows = [...regions.querySelectorAll("[data-row]")];
  const names = ["x", "y", "width", "height"];
  const sides = (row) => names.map((name) => row.querySelector(`[name$="-${name}"]`));
  const svg = (name, attributes) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const board = svg("svg", {class: "hotspot", viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true"});
  const image = svg("image", {width: WHOLE, height: WHOLE, preserveAspectRatio: "none"});
  const drawn = rows.map(() => svg("rect", {class: "hotspot-region"}));
  board.append(image, ...drawn);
  regions.querySelector("legend").after(board);
  let current = 0;
  let from = null;

  function draw() {
    rows.forEach((row, at) => {
      const values = sides(row).map((field) => Number(field.value) || 0);
      names.forEach((name, place) => drawn[at].setAttribute(name, values[place]));
      drawn[at].classList.toggle("is-chosen", at === current);
    });
  }

  function show() {
    const picture = pictures[choice.value];
    board.toggleAttribute("hidden", !picture);
    if (!picture) return;
    image.setAttribute("href", picture.url);
    board.setAttribute("width", picture.width);
    board.setAttribute("height", picture.height);
  }

  function place(event) {
    const box = board.getBoundingClientRect();
    const share = (value, start, length) => Math.round(Math.min(1, Math.max(0, (value - start) / length)) * WHOLE);
    return [share(event.clientX, box.left, box.width), share(event.clientY, box.top, box.height)];
  }

  board.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    board.setPointerCapture(event.pointerId);
    from = place(event);
  });
  board.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = place(event);
    const values = [0, 1].map((axis) => Math.min(from[axis], to[axis])).concat([0, 1].map((axis) => Math.abs(from[axis] - to[axis])));
    sides(rows[current]).forEach((field, at) => { field.value = values[at]; });
    draw();
  });
  board.addEventListener("pointerup", () => { from = null; });
  rows.forEach((row, at) => row.addEventListener("focusin", () => { current = at; draw(); }));
  regions.addEventListener("input", draw);
  choice.addEventListener("change", show);
  show();
  draw();
})();
