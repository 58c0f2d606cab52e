"use strict";
// Sorting of tables, tooltips of charts, zoom of drawings. The page can be read without it.

for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    if (!heading.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sort(table, headings, column));
  });
}

function sort(table, headings, column) {
  const heading = headings[column];
  const now = heading.getAttribute("aria-sort");
  const first = heading.classList.contains("number") && column > 0 ? "descending" : "ascending";
  const other = first === "ascending" ? "descending" : "ascending";
  const direction = now === first ? other : first;
  headings.forEach((one) => one.removeAttribute("aria-sort"));
  heading.setAttribute("aria-sort", direction);
  const sign = direction === "ascending" ? 1 : -1;
  const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  const compare = (a, b) => number(a) - number(b) || a.localeCompare(b, undefined, { numeric: true });
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => sign * compare(value(a), value(b)));
  table.tBodies[0].append(...rows);
}

function number(text) {
  // 1.2 M, at least 3 k, -0.5: a number; anything else stands below all numbers.
  const found = /^[≥~ ]*([-+]?[\d,]*\.?\d+(?:e[-+]?\d+)?)\s*([kMGT]?)\b/.exec(text.replace("−", "-"));
  if (!found) return -Number.MAX_VALUE;
  return found[1].replaceAll(",", "") * 1000 ** " kMGT".indexOf(found[2] || " ");
}

const tip = document.createElement("div");
tip.id = "tip";
tip.role = "status";
tip.hidden = true;
document.body.append(tip);

let shown = null;

function show(mark, x, y) {
  hide();
  if (!mark) return;
  shown = mark.closest("a") ?? mark;
  shown.classList.add("shown");
  tip.textContent = mark.dataset.title;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const right = x + 14 + width < innerWidth ? x + 14 : Math.max(4, x - 14 - width);
  tip.style.left = `${Math.min(right, innerWidth - width - 4)}px`;
  tip.style.top = `${y + 14 + height < innerHeight ? y + 14 : y - 14 - height}px`;
}

function hide() {
  shown?.classList.remove("shown");
  shown = null;
  tip.hidden = true;
}

function taken(marks) {
  // The browser's own tooltips would come a second time.
  for (const mark of marks) {
    const title = mark.querySelector("title");
    mark.dataset.title = title.textContent;
    title.remove();
  }
  return marks;
}

function centre(mark) {
  const box = mark.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}

for (const plot of document.querySelectorAll(".plot")) {
  const marks = taken([...plot.querySelectorAll("circle")]);
  const ordered = marks
    .map((mark) => [mark.cx.baseVal.valueInSpecifiedUnits, mark])
    .sort((a, b) => a[0] - b[0])
    .map(([, mark]) => mark);
  let place = -1;
  plot.addEventListener("pointermove", (event) => {
    let best = null;
    let nearest = 22;
    for (const mark of marks) {
      const [x, y] = centre(mark);
      const own = mark.parentNode.localName === "a" ? 6 : 0;
      const distance = Math.hypot(x - event.clientX, y - event.clientY) - own;
      if (distance < nearest) [nearest, best] = [distance, mark];
    }
    show(best, event.clientX, event.clientY);
  });
  plot.addEventListener("pointerleave", hide);
  plot.addEventListener("blur", hide);
  plot.addEventListener("focusin", (event) => {
    const mark = event.target.querySelector?.(":scope > circle");
    if (mark) show(mark, ...centre(mark));
  });
  plot.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") hide();
    if (step === undefined) return;
    event.preventDefault();
    place = Math.min(Math.max(place + step, 0), ordered.length - 1);
    show(ordered[place], ...centre(ordered[place]));
  });
}

for (const bars of document.querySelectorAll(".costs svg")) {
  const marks = taken([...bars.querySelectorAll("rect")]);
  bars.addEventListener("pointermove", (event) => {
    const under = marks.find((mark) => {
      const box = mark.getBoundingClientRect();
      return box.left <= event.clientX && event.clientX <= box.right + 2;
    });
    show(under, event.clientX, event.clientY);
  });
  bars.addEventListener("pointerleave", hide);
}

for (const drawing of document.querySelectorAll(".drawing")) {
  const svg = drawing.querySelector("svg");
  const { width: wide, height: high } = svg.viewBox.baseVal;
  let view;
  drawing.classList.add("live");

  const set = (next) => {
    view = next;
    svg.setAttribute("viewBox", view.join(" "));
  };
  const fit = () => {
    const aspect = svg.clientWidth / svg.clientHeight || wide / high;
    const width = Math.max(wide, high * aspect);
    set([(wide - width) / 2, (high - width / aspect) / 2, width, width / aspect]);
  };
  const scale = () => svg.getScreenCTM().a;
  const zoom = (factor, x, y) => {
    const width = Math.min(Math.max(view[2] / factor, 60), 4 * wide + 4 * high);
    const by = width / view[2];
    const at = [x ?? view[0] + view[2] / 2, y ?? view[1] + view[3] / 2];
    set([at[0] - (at[0] - view[0]) * by, at[1] - (at[1] - view[1]) * by, width, view[3] * by]);
  };
  const pan = (dx, dy) => set([view[0] + dx, view[1] + dy, view[2], view[3]]);
  const actual = () => set([0, 0, svg.clientWidth, svg.clientHeight]);

  const tools = document.createElement("div");
  tools.className = "tools";
  const actions = [
    ["+", "Zoom in", () => zoom(1.4)],
    ["−", "Zoom out", () => zoom(1 / 1.4)],
    ["1:1", "Actual size", actual],
    ["Fit", "Show all", fit],
  ];
  for (const [text, label, action] of actions) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.setAttribute("aria-label", label);
    button.title = label;
    button.addEventListener("click", action);
    tools.append(button);
  }
  drawing.append(tools);

  drawing.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && !drawing.contains(document.activeElement)) return;
    event.preventDefault();
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    zoom(Math.exp(-event.deltaY / 400), point.x, point.y);
  }, { passive: false });
  drawing.addEventListener("dblclick", (event) => {
    if (tools.contains(event.target)) return;
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    zoom(2, point.x, point.y);
  });
  let held = null;
  drawing.addEventListener("pointerdown", (event) => {
    if (event.button || tools.contains(event.target)) return;
    drawing.setPointerCapture(event.pointerId);
    drawing.focus({ preventScroll: true });
    held = [event.clientX, event.clientY];
  });
  drawing.addEventListener("pointermove", (event) => {
    if (!held) return;
    pan((held[0] - event.clientX) / scale(), (held[1] - event.clientY) / scale());
    held = [event.clientX, event.clientY];
  });
  drawing.addEventListener("lostpointercapture", () => { held = null; });
  drawing.addEventListener("keydown", (event) => {
    const step = view[2] / 10;
    const action = {
      "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(1 / 1.4), 0: fit,
      ArrowLeft: () => pan(-step, 0), ArrowRight: () => pan(step, 0),
      ArrowUp: () => pan(0, -step), ArrowDown: () => pan(0, step),
    }[event.key];
    if (!action || event.target !== drawing) return;
    event.preventDefault();
    action();
  });
  fit();
  addEventListener("resize", fit);
  addEventListener("afterprint", fit);
  addEventListener("beforeprint", () => set([0, 0, wide, high]));
}

addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
