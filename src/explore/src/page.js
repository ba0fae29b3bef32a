"use strict";
(() => {
  // By section: the blocks that belong to each number.
  const maps = new WeakMap();
  const numbers = block => block.dataset.u ? block.dataset.u.split(" ") : [];
  const mapOf = section => {
    let map = maps.get(section);
    if (!map) {
      map = new Map();
      for (const block of section.querySelectorAll(".b[data-u]")) {
        for (const number of numbers(block)) {
          if (!map.has(number)) map.set(number, []);
          map.get(number).push(block);
        }
      }
      maps.set(section, map);
    }
    return map;
  };

  let shown = new Set();
  let kept = null;
  const show = block => {
    for (const other of shown) other.classList.remove("on");
    shown = new Set();
    if (!block) return;
    const map = mapOf(block.closest("section"));
    for (const number of numbers(block)) {
      for (const other of map.get(number)) shown.add(other);
    }
    for (const other of shown) other.classList.add("on");
  };

  // Scrolls a pane, and not the page, so that a block is in view.
  const reveal = block => {
    const pane = block.parentElement;
    const top = block.offsetTop - pane.scrollTop;
    if (top < 0 || top + Math.min(block.offsetHeight, pane.clientHeight) > pane.clientHeight) {
      pane.scrollTop = block.offsetTop - pane.clientHeight / 4;
    }
  };
  const keep = block => {
    if (kept) kept.classList.remove("kept");
    kept = block;
    show(block);
    if (!block) return;
    block.classList.add("kept");
    reveal(block);
    const done = new Set([block.parentElement]);
    for (const other of shown) {
      if (!done.has(other.parentElement)) {
        done.add(other.parentElement);
        reveal(other);
      }
    }
  };

  const blockAt = event => event.target.closest ? event.target.closest(".b[data-u]") : null;
  const main = document.querySelector("main");
  main.addEventListener("mouseover", event => { if (!kept) show(blockAt(event)); });
  main.addEventListener("mouseleave", () => { if (!kept) show(null); });
  main.addEventListener("click", event => {
    // The end of a selection is not a choice.
    if (!getSelection().isCollapsed) return;
    const block = blockAt(event);
    keep(block === kept ? null : block);
  });

  // Returns the next block of a pane that belongs to something.
  const step = (pane, isDown) => {
    if (!kept || kept.parentElement !== pane) {
      return pane.querySelector(".b.on") || pane.querySelector(".b[data-u]");
    }
    let next = kept;
    do next = isDown ? next.nextElementSibling : next.previousElementSibling; while (next && !next.dataset.u);
    return next;
  };

  // A button for each kind of pane hides it and shows it again.
  const kinds = new Map();
  for (const pane of document.querySelectorAll("article")) {
    const title = pane.querySelector("h3").firstChild.textContent;
    if (!kinds.has(title)) kinds.set(title, []);
    kinds.get(title).push(pane);
  }
  const bar = document.getElementById("kinds");
  for (const [title, panes] of kinds) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      const isShown = button.getAttribute("aria-pressed") === "false";
      button.setAttribute("aria-pressed", String(isShown));
      for (const pane of panes) pane.hidden = !isShown;
    });
    bar.append(button);
  }

  const filter = document.getElementById("filter");
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const pane = event.target.closest ? event.target.closest("pre") : null;
    if (event.key === "Escape") {
      keep(null);
    } else if (event.key === "/" && event.target !== filter) {
      event.preventDefault();
      filter.focus();
    } else if (event.target !== filter && bar.children[event.key - 1]) {
      bar.children[event.key - 1].click();
    } else if (pane && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const next = step(pane, event.key === "ArrowDown");
      if (next) keep(next);
    }
  });
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase();
    for (const item of document.querySelectorAll("nav li")) {
      const link = item.firstElementChild;
      const isHidden = !link.textContent.toLowerCase().includes(wanted);
      item.hidden = isHidden;
      document.querySelector(link.getAttribute("href")).hidden = isHidden;
    }
  });
})();
