// The site's own script: clocks that count to a moment of the server, and focus and news where htmx changes the page.
// Everything works without it; without it, clocks show what the server wrote.
(() => {
  "use strict";
  const language = document.documentElement.lang || "vi";
  const names = ["day", "hour", "minute", "second"];
  const units = names.map((unit) => new Intl.NumberFormat(language, {style: "unit", unit, unitDisplay: "long"}));
  let ahead = 0; // by how many milliseconds the server's clock is ahead of this one

  // In words, the two largest units that matter: the same as time_left in formats.py.
  function words(left, exact) {
    const seconds = Math.max(Math.floor(left / 1000), 0);
    const parts = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
    let first = parts.findIndex((part) => part > 0);
    if (first < 0) first = 3;
    const last = exact ? 3 : Math.min(first + 1, 3);
    const said = [];
    for (let i = first; i <= last; i++) if (parts[i] || i === first || exact) said.push(units[i].format(parts[i]));
    return said.join(" ");
  }

  function setClock(element) {
    const server = Date.parse(element.dataset.serverNow);
    if (Number.isNaN(server)) return;
    // A page's own time is that of its first byte; a fragment's is now.
    const [page] = performance.getEntriesByType("navigation");
    const parsing = document.readyState !== "complete" && page;
    ahead = server - (parsing ? performance.timeOrigin + page.responseStart : Date.now());
    element.removeAttribute("data-server-now");
  }

  function announce(element, left) {
    const marks = (element.dataset.announce || "").split(" ").filter(Boolean).map(Number);
    const due = marks.filter((mark) => left <= mark * 1000).pop();
    const before = element.dataset.announced;
    element.dataset.announced = due === undefined ? "" : String(due);
    element.classList.toggle("is-low", due !== undefined);
    const announcer = element.parentElement.querySelector("[data-announcer]");
    // What was already past when the page was opened is not news.
    if (announcer && before !== undefined && due !== undefined && before !== String(due)) announcer.textContent = element.textContent;
  }

  function show(element) {
    if (element.dataset.done) return;
    const left = Date.parse(element.dataset.deadline) - (Date.now() + ahead);
    if (left > 0) {
      const text = element.dataset.pattern.replace("{time}", words(left, "exact" in element.dataset));
      if (element.textContent !== text) element.textContent = text;
      announce(element, left);
      return;
    }
    element.dataset.done = "yes";
    element.textContent = element.dataset.over;
    element.classList.add("is-over");
    const announcer = element.parentElement.querySelector("[data-announcer]");
    if (announcer) announcer.textContent = element.dataset.over;
    element.dispatchEvent(new CustomEvent("cuocthi:deadline", {bubbles: true}));
  }

  function tick() {
    document.querySelectorAll("[data-countdown][data-server-now]").forEach(setClock);
    document.querySelectorAll("[data-countdown]").forEach(show);
  }

  function focusOn(element) {
    if (!element.hasAttribute("tabindex")) element.setAttribute("tabindex", "-1");
    element.focus();
  }

  function arrived(event) {
    tick();
    const wanted = document.querySelector("[data-focus]");
    const context = event.detail && event.detail.ctx;
    if (wanted) {
      wanted.removeAttribute("data-focus");
      focusOn(wanted);
    } else if (context && (context.target === document.body || context.target === "#main")) {
      focusOn(document.querySelector("main h1") || document.getElementById("main"));
    }
  }

  function failed() {
    const messages = document.getElementById("messages");
    if (!messages) return;
    const notice = document.createElement("p");
    notice.className = "notice notice-error";
    notice.textContent = document.body.dataset.failed;
    messages.replaceChildren(notice);
    messages.scrollIntoView({block: "nearest"});
  }

  // Where the organisers' menu is longer than the window, the present page must not hide below its edge.
  document.querySelector(".staff-side [aria-current]")?.scrollIntoView({block: "nearest"});
  // Nor where the tabs are wider than a phone's.
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({block: "nearest", inline: "center"});

  // Whoever signs out while something waits in this device to be sent is asked: it would be gone.
  document.addEventListener("submit", (event) => {
    const words = event.target.dataset.unsent;
    if (words && localStorage.length && !confirm(words)) event.preventDefault();
  });

  tick();
  arrived({});
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("htmx:after:swap", arrived);
  document.addEventListener("htmx:error", failed);
  document.addEventListener("htmx:response:error", (event) => {
    if (event.detail.ctx.response.status >= 500) failed();
  });
})();
