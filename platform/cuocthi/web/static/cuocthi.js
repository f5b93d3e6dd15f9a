// The site's own script: clocks that count to a moment of the server, and focus and news where htmx changes the page.
// Everything works without it; without it, clocks show what the server wrote. Written for old Android views and iPhones,
// too (Chrome 69, Safari 12), where htmx is not even read.
(() => {
  "use strict";
  const language = document.documentElement.lang || "vi";
  const names = ["day", "hour", "minute", "second"];
  let units;
  try {
    units = names.map((unit) => new Intl.NumberFormat(language, {style: "unit", unit, unitDisplay: "long"}));
  } catch { units = null; /* an old browser knows no words of time and shows digits */ }
  let server = 0; // the server's time, in milliseconds, when the two clocks of this device showed what `here` says
  let here = [0, 0];

  // In words, the two largest units that matter: the same as time_left in formats.py.
  function words(left, exact) {
    const seconds = Math.max(Math.floor(left / 1000), 0);
    if (!units) return [seconds / 3600, seconds / 60 % 60, seconds % 60].map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
    const parts = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
    let first = parts.findIndex((part) => part > 0);
    if (first < 0) first = 3;
    const last = exact ? 3 : Math.min(first + 1, 3);
    const said = [];
    for (let i = first; i <= last; i++) if (parts[i] || i === first || exact) said.push(units[i].format(parts[i]));
    return said.join(" ");
  }

  function setClock(element) {
    const told = Date.parse(element.dataset.serverNow);
    if (Number.isNaN(told)) return;
    // A page's own time is that of its first byte; a fragment's is now.
    const [page] = performance.getEntriesByType("navigation");
    const since = document.readyState !== "complete" && page ? performance.now() - page.responseStart : 0;
    here = [performance.now() - since, Date.now() - since];
    server = told;
    element.removeAttribute("data-server-now");
  }

  // One clock of a device stands while it sleeps, the other jumps when it is corrected: what has passed is the longer.
  const now = () => server + Math.max(performance.now() - here[0], Date.now() - here[1]);

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
    const left = Date.parse(element.dataset.deadline) - now();
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
    messages.textContent = "";
    messages.append(notice);
    messages.scrollIntoView({block: "nearest"});
  }

  function toView(selector, inline) {
    const element = document.querySelector(selector);
    if (element) element.scrollIntoView({block: "nearest", inline});
  }
  // Where the organisers' menu is longer than the window, the present page must not hide below its edge.
  toView(".staff-side [aria-current]", "nearest");
  // Nor where the tabs are wider than a phone's.
  toView(".tabs [aria-current]", "center");

  // Whoever signs out while something waits in this device to be sent is asked: it would be gone. Asked in the page, as
  // views within other apps show no dialogs; the second press goes on.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const words = form.dataset.unsent;
    if (!words) return;
    try {
      if (!localStorage.length || form.dataset.asked) return localStorage.clear();
    } catch { return; /* without storage nothing waits */ }
    event.preventDefault();
    form.dataset.asked = "yes";
    const notice = document.createElement("p");
    notice.className = "notice notice-warn";
    notice.setAttribute("role", "alert");
    notice.textContent = words;
    form.before(notice);
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
