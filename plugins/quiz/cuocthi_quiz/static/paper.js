// The paper's own script. It sends each answer by itself, keeps what could not be sent, and goes from question to
// question without the network. Without it the same forms are posted one by one.
(() => {
  "use strict";
  const finished = document.querySelector("[data-finished]");
  if (finished) localStorage.removeItem("quiz-" + finished.dataset.finished);
  const time = document.getElementById("time-is-up");
  const paper = document.getElementById("paper");
  document.addEventListener("cuocthi:deadline", () => {
    if (!time) return;
    if (navigator.onLine) time.submit();
    else addEventListener("online", () => time.submit());
  });
  if (!paper) return;

  const data = paper.dataset;
  const store = "quiz-" + data.attempt;
  const notice = paper.querySelector("[data-notice]");
  const section = (position) => document.getElementById("q-" + position);
  const form = (position) => document.getElementById("form-" + position);
  let queue = [];
  let sequence = Number(data.sequence);
  let sending = false;
  let wait = 2000;
  let stopped = false;
  let offline = false;

  // --- what is kept ---

  function keep() {
    try {
      if (queue.length) localStorage.setItem(store, JSON.stringify({token: data.token, sequence, queue}));
      else localStorage.removeItem(store);
    } catch { /* without storage the queue lives as long as the page */ }
  }

  function restore() {
    let kept;
    try { kept = JSON.parse(localStorage.getItem(store)); } catch { kept = null; }
    if (!kept || !kept.queue.length) return;
    if (kept.token !== data.token && kept.token !== data.former) {
      tell(data.lost.replace("{questions}", kept.queue.map((entry) => entry.position).join(", ")));
      localStorage.removeItem(store);
      return;
    }
    sequence = Math.max(sequence, kept.sequence);
    queue = kept.queue;
    for (const entry of queue) show(entry.position, entry.values);
  }

  // --- what a question says ---

  const fields = "[name=choice],[name^=place-],[name=number],[name=text],[name=prediction]";
  const inputs = (position) => [...form(position).querySelectorAll(fields)];
  const chosen = (input) => input.name === "choice" ? input.checked : input.value.trim() !== "";

  // What is answered, as names of fields with their values.
  function read(position) {
    return inputs(position).filter(chosen).map((input) => [input.name, input.value.trim()]);
  }

  function show(position, values) {
    for (const input of inputs(position)) {
      const own = values.filter(([name]) => name === input.name).map(([, value]) => value);
      if (input.name === "choice") input.checked = own.includes(input.value);
      else input.value = own[0] || "";
    }
    mark(position);
  }

  function words(position, values) {
    const said = values.map(([name, value]) => {
      const input = inputs(position).find((one) => one.name === name && (name !== "choice" || one.value === value));
      if (!input) return value;
      if (name === "choice") return input.nextElementSibling.firstElementChild.textContent;
      return input.labels[0] && input.tagName === "SELECT" ? input.labels[0].textContent + ": " + input.querySelector(`[value="${value}"]`).textContent : value;
    });
    return said.join(", ") || data.none;
  }

  function mapped(position, name, on) {
    const link = document.querySelector(`.question-map [data-go="${position}"]`);
    link.classList.toggle("is-" + name, on);
    const words = link.querySelector(`[data-if=${name}]`);
    if (words) words.hidden = !on;
    const number = (what) => [...document.querySelectorAll(".question-map " + what)].filter((one) => section(one.dataset.go).querySelector("fieldset")).length;
    const counts = document.querySelector("[data-counts]");
    const answered = number(".is-answered");
    counts.textContent = counts.dataset.counts.replace("{answered}", answered).replace("{flagged}", number(".is-flagged")).replace("{open}", paper.querySelectorAll("fieldset").length - answered);
  }

  function mark(position) {
    for (const region of form(position).querySelectorAll("[data-region]")) region.classList.toggle("is-chosen", inputs(position).some((input) => input.checked && input.value === region.dataset.region));
    mapped(position, "answered", read(position).length > 0);
  }

  function status(position, text, kind) {
    const line = section(position).querySelector("[data-saved]");
    line.className = "saved" + (kind ? " saved-" + kind : "");
    line.textContent = text;
    if (!kind) line.prepend(document.getElementById("tick").content.cloneNode(true));
  }

  function tell(text, link, label, kind = "warn") {
    const words = document.createElement("p");
    words.textContent = text + " ";
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link;
      anchor.textContent = label;
      words.append(anchor);
    }
    notice.className = "notice notice-" + kind;
    notice.replaceChildren(words);
  }

  // --- sending, one after the other, in order ---

  function answered(position) {
    mark(position);
    if (stopped) return;
    sequence += 1;
    queue = queue.filter((entry) => entry.position !== position || entry.sent);
    queue.push({position, sequence, values: read(position)});
    keep();
    status(position, data.saving, "pending");
    send();
  }

  async function post(entry) {
    const body = new FormData(form(entry.position));
    // What is sent is what was answered then; an empty field takes an answer back.
    for (const input of inputs(entry.position)) body.delete(input.name);
    for (const input of inputs(entry.position)) if (input.name !== "choice") body.set(input.name, "");
    for (const [name, value] of entry.values) if (name === "choice") body.append(name, value); else body.set(name, value);
    body.set("sequence", entry.sequence);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 15000);
    try {
      return await fetch(data.answer, {method: "POST", body: new URLSearchParams(body), headers: {Accept: "application/json"}, signal: stop.signal});
    } finally {
      clearTimeout(timer);
    }
  }

  async function send() {
    if (sending || stopped || !queue.length) return;
    sending = true;
    const entry = queue[0];
    entry.sent = true;
    let response = null;
    let told = {};
    try {
      response = await post(entry);
      if (response.headers.get("Content-Type") === "application/json") told = await response.json();
    } catch { response = null; }
    sending = false;
    if (told.saved) done(entry, data.saved.replace("{time}", told.saved), "");
    else if (told.refused) refused(entry, told);
    else if (response && response.status === 400) halt(data.waiting, location.href, data.reload);
    else retry();
  }

  function done(entry, text, kind) {
    queue.shift();
    keep();
    if (!queue.some((other) => other.position === entry.position)) status(entry.position, text, kind);
    wait = 2000;
    if (offline && !queue.length) {
      offline = false;
      tell(data.safe, null, null, "ok");
    }
    form(entry.position).elements.sequence.value = entry.sequence + 1;
    send();
  }

  function retry() {
    for (const entry of queue) {
      entry.sent = false;
      status(entry.position, data.waiting, "failed");
    }
    if (!offline) tell(data.offline);
    offline = true;
    setTimeout(send, wait);
    wait = Math.min(wait * 1.6, 15000);
  }

  function halt(text, link, label) {
    stopped = true;
    for (const entry of queue) status(entry.position, data.waiting, "failed");
    tell(text, link, label);
  }

  function refused(entry, told) {
    if (told.refused === "signed-out") return halt(told.message, data.signInUrl, data.signIn);
    if (told.refused === "taken") return halt(told.message, location.href, data.reload);
    if (told.refused !== "stale") return done(entry, data.refused.replace("{reason}", told.message), "failed");
    const stored = told.stored.filter(([, value]) => value !== "");
    sequence = Math.max(sequence, told.sequence);
    const text = data.stale.replace("{stored}", words(entry.position, stored)).replace("{given}", words(entry.position, entry.values));
    show(entry.position, stored);
    done(entry, text, "failed");
  }

  // --- going about ---

  function go(position) {
    const count = Number(data.count);
    if (position > count) return leave(document.querySelector("a[data-leave]").href);
    for (const other of paper.querySelectorAll("[data-question]")) other.hidden = Number(other.dataset.question) !== position;
    for (const link of document.querySelectorAll(".question-map [data-go]")) {
      if (Number(link.dataset.go) === position) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    for (const button of document.querySelectorAll("[data-step]")) {
      const target = position + Number(button.dataset.step);
      button.setAttribute("form", "form-" + position);
      button.value = target > count ? "summary" : target;
      button.disabled = target < 1;
      if (button.dataset.next) button.lastElementChild.textContent = target > count ? button.dataset.last : button.dataset.next;
    }
    const place = document.querySelector("[data-place]");
    const words = place.dataset.pattern.replace("{n}", position).replace("{count}", count);
    document.title = document.title.replace(place.textContent, words);
    place.textContent = words;
    document.querySelector("[data-progress]").value = position;
    data.current = position;
    history.replaceState(null, "", location.pathname.replace(/\d+$/, position));
    scrollTo(0, 0);
    const heading = section(position).querySelector("h1");
    heading.tabIndex = -1;
    heading.focus({preventScroll: true});
  }

  async function leave(address) {
    // What waits is given a moment; what cannot be sent stays in this device and is sent from the next page of the paper.
    for (let turns = 0; turns < 20 && queue.length && !stopped; turns++) await new Promise((next) => setTimeout(next, 150));
    if (!queue.length || stopped) location.href = address;
    else {
      if (!offline) tell(data.offline);
      offline = true;
      notice.scrollIntoView({block: "center"});
    }
  }

  // A picture in its own size, above the paper; Escape or the button leads back.
  function enlarge(link) {
    const view = document.createElement("dialog");
    const close = document.createElement("form");
    close.method = "dialog";
    close.append(document.getElementById("close").content.cloneNode(true));
    const image = new Image();
    const shown = link.querySelector("img") || link.closest("fieldset").querySelector("svg.hotspot");
    image.alt = shown.alt || shown.getAttribute("aria-label");
    image.src = link.href;
    view.className = "picture-view";
    view.append(close, image);
    view.addEventListener("close", () => view.remove());
    document.body.append(view);
    view.showModal();
  }

  async function flag(button) {
    const on = button.value === "1";
    const position = Number(button.closest("[data-question]").dataset.question);
    const body = new FormData(button.form);
    body.append("flagged", button.value);
    mapped(position, "flagged", on);
    button.value = on ? "0" : "1";
    button.setAttribute("aria-pressed", on);
    button.lastElementChild.textContent = on ? button.dataset.on : button.dataset.off;
    try { await fetch(button.formAction, {method: "POST", body: new URLSearchParams(body)}); } catch { /* only a note to oneself */ }
  }

  let writing = 0;
  paper.addEventListener("change", (event) => {
    if (!event.target.matches(fields)) return;
    clearTimeout(writing);
    answered(Number(event.target.closest("[data-question]").dataset.question));
  });
  // Whoever writes and stops to think has answered: the field need not be left first.
  paper.addEventListener("input", (event) => {
    if (!event.target.matches("[type=text]")) return;
    clearTimeout(writing);
    writing = setTimeout(() => answered(Number(event.target.closest("[data-question]").dataset.question)), 1500);
  });
  document.addEventListener("click", (event) => {
    const region = event.target.closest("[data-region]");
    if (region) return region.closest("form").querySelector(`[name=choice][value="${region.dataset.region}"]`).click();
    const link = event.target.closest("[data-go],[data-leave],[data-step],[data-flag],[data-enlarge]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.matches("[data-go]") && !data.current) return;
    event.preventDefault();
    if (link.matches("[data-enlarge]")) enlarge(link);
    else if (link.matches("[data-flag]")) flag(link);
    else if (link.matches("[data-leave]")) leave(link.href);
    else go(Number(link.dataset.go || Number(data.current) + Number(link.dataset.step)));
  });
  paper.addEventListener("submit", (event) => {
    event.preventDefault();
    if (data.current) go(Number(data.current) + 1);
  });
  // A digit chooses an option, but only while the focus is within the question.
  paper.addEventListener("keydown", (event) => {
    const within = event.target.closest("[data-question]");
    if (!within || event.target.matches("select,[type=text]") || event.ctrlKey || event.altKey || event.metaKey) return;
    const choices = inputs(within.dataset.question);
    const place = "123456789".includes(event.key) ? Number(event.key) - 1 : "abcdefgh".indexOf(event.key.toLowerCase());
    if (event.key.length === 1 && choices[place]) choices[place].click();
  });
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  restore();
  send();
})();
