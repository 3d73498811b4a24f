"use strict";
(() => {
  const make = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // Rectangles of the given sizes that fill a box and are as square as can be (squarified treemap).
  const layout = (sizes, left, top, width, height) => {
    const boxes = [];
    let rest = sizes.reduce((sum, size) => sum + size, 0);
    let at = 0;
    while (at < sizes.length && rest > 0 && width > 0 && height > 0) {
      const short = Math.min(width, height);
      const scale = (width * height) / rest;
      const worst = (sum, small, large) =>
        Math.max((short * short * large) / (sum * sum), (sum * sum) / (short * short * small));
      let sum = sizes[at] * scale;
      let end = at + 1;
      for (; end < sizes.length; end++) {
        const next = sizes[end] * scale;
        if (worst(sum + next, next, sizes[at] * scale) > worst(sum, sizes[end - 1] * scale, sizes[at] * scale)) break;
        sum += next;
      }
      const thick = sum / short;
      let along = 0;
      for (let one = at; one < end; one++) {
        const long = (sizes[one] * scale) / thick;
        boxes.push(width >= height ? [left, top + along, thick, long] : [left + along, top, long, thick]);
        along += long;
        rest -= sizes[one];
      }
      if (width >= height) { left += thick; width -= thick; } else { top += thick; height -= thick; }
      at = end;
    }
    return boxes;
  };

  const share = (part, whole) => (whole ? `${((part * 100) / whole).toFixed(1)}%` : "");
  const place = (node, box) => {
    ["left", "top", "width", "height"].forEach((side, number) => { node.style[side] = `${box[number]}px`; });
  };

  const picture = (holder, views) => {
    let view = views[0];
    let path = [view.tree];
    const chooser = make("div", "tools");
    chooser.setAttribute("role", "group");
    chooser.setAttribute("aria-label", "What the picture is by");
    const trail = make("nav", "tools");
    trail.setAttribute("aria-label", "Where in the picture");
    const map = make("div", "map");
    map.setAttribute("role", "group");
    const says = make("p", "facts");
    says.setAttribute("role", "status");
    const parts = make("table", "parts");
    holder.replaceChildren(chooser, trail, map, says, parts);

    const open = (node) => { path.push(node); show(true); };
    const up = (level) => {
      const left = path[level + 1];
      path = path.slice(0, level + 1);
      show(true, left);
    };

    const tile = (node, box, number, whole) => {
      const made = make("button", `tile hue-${(node.hue ?? number) % 8}${node.children.length ? " opens" : ""}`);
      if (node.name.startsWith("wasted:")) made.classList.add("hidden-bytes");
      made.type = "button";
      made.tabIndex = number ? -1 : 0;
      made.dataset.bytes = node.bytes;
      const label = `${node.name}, ${node.size}, ${share(node.bytes, whole)}`;
      made.setAttribute("aria-label", node.children.length ? `${label}, ${node.children.length} parts` : label);
      made.title = node.note ? `${label}\n${node.note}` : label;
      place(made, box);
      if (box[2] > 34 && box[3] > 18) made.append(make("b", "", node.name));
      if (box[2] > 34 && box[3] > 36) made.append(make("i", "", node.size));
      if (box[2] > 90 && box[3] > 80) {
        const inner = layout(node.children.map((child) => child.bytes), 4, 40, box[2] - 10, box[3] - 46);
        inner.forEach((each, at) => {
          if (each[2] < 4 || each[3] < 4) return;
          const child = make("u", "", each[2] > 40 && each[3] > 15 ? node.children[at].name : "");
          child.setAttribute("aria-hidden", "true");
          place(child, each);
          made.append(child);
        });
      }
      if (node.children.length) made.addEventListener("click", () => open(node));
      return made;
    };

    const row = (node, whole) => {
      const made = make("tr");
      const name = make("th");
      name.scope = "row";
      name.append(make("code", "", node.name));
      if (node.note) name.append(" ", make("small", "", node.note));
      made.append(name, make("td", "size", node.size), make("td", "size", share(node.bytes, whole)));
      return made;
    };

    const show = (moved, back) => {
      const now = path[path.length - 1];
      const shown = now.children.filter((child) => child.bytes > 0);
      trail.replaceChildren(...path.map((node, level) => {
        const step = make("button", "", `${node.name} ${node.size}`);
        step.type = "button";
        if (level === path.length - 1) step.setAttribute("aria-current", "location");
        step.addEventListener("click", () => up(level));
        return step;
      }));
      trail.hidden = path.length < 2;
      const boxes = layout(shown.map((child) => child.bytes), 0, 0, map.clientWidth, map.clientHeight);
      const tiles = boxes.map((box, number) => tile(shown[number], box, number, now.bytes));
      map.replaceChildren(...tiles);
      map.setAttribute("aria-label", `What fills ${now.name}, ${view.label}`);
      says.textContent = `${now.name}: ${now.size} in ${shown.length} ${shown.length === 1 ? "part" : "parts"}.`
        + " Arrow keys move, Enter opens, Escape goes back.";
      const body = make("tbody");
      body.append(...shown.map((child) => row(child, now.bytes)));
      parts.replaceChildren(body);
      if (moved) {
        const focus = tiles[Math.max(0, shown.indexOf(back))];
        if (focus) focus.focus();
      }
    };

    const middle = (element) => {
      const box = element.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    };
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    map.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && path.length > 1) { up(path.length - 2); event.preventDefault(); return; }
      const way = ways[event.key];
      const from = document.activeElement;
      if (!way || from.parentNode !== map) return;
      event.preventDefault();
      const [x, y] = middle(from);
      let best = null;
      let least = Infinity;
      for (const other of map.children) {
        const [a, b] = middle(other);
        const ahead = (a - x) * way[0] + (b - y) * way[1];
        const aside = Math.abs((a - x) * way[1]) + Math.abs((b - y) * way[0]);
        if (other !== from && ahead > 1 && ahead + 2 * aside < least) { best = other; least = ahead + 2 * aside; }
      }
      if (!best) return;
      for (const other of map.children) other.tabIndex = -1;
      best.tabIndex = 0;
      best.focus();
    });

    views.forEach((each) => {
      const button = make("button", "", each.label);
      button.type = "button";
      button.setAttribute("aria-pressed", String(each === view));
      button.addEventListener("click", () => {
        view = each;
        path = [each.tree];
        for (const other of chooser.children) other.setAttribute("aria-pressed", String(other === button));
        show(false);
      });
      chooser.append(button);
    });
    let drawn = 0;
    new ResizeObserver(() => {
      if (map.clientWidth === drawn) return;
      drawn = map.clientWidth;
      show(false);
    }).observe(map);
  };

  const data = JSON.parse(document.getElementById("pictures").textContent);
  document.querySelectorAll(".picture").forEach((holder) => {
    const views = data[Number(holder.dataset.image)];
    if (views.length) picture(holder, views);
    else holder.textContent = "The report has no sizes of this image.";
  });

  const form = document.querySelector(".filter");
  if (form) {
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => {
      const wanted = new Set([...form.querySelectorAll("input:checked")].map((box) => box.value));
      const words = form.querySelector("input[type=search]").value.toLowerCase();
      let count = 0;
      document.querySelectorAll(".file").forEach((file) => {
        let any = false;
        file.querySelectorAll(".finding").forEach((finding) => {
          const text = `${file.querySelector("h3").textContent} ${finding.textContent}`.toLowerCase();
          finding.hidden = !(wanted.has(finding.dataset.severity) && text.includes(words));
          if (!finding.hidden) { any = true; count += 1; }
        });
        file.hidden = !any;
      });
      form.querySelector("[role=status]").textContent = `${count} shown`;
    });
  }
})();
