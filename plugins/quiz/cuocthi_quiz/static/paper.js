// The questions of the paper: what is answered is given to sending.js, and from question to question it goes without the
// network. Without it the same forms are posted one by one. Written for Chrome 69 and Safari 12, too.
(() => {
  "use strict";
  const paper = document.getElementById("paper");
  if (!paper || typeof sending === "undefined") return;

  const data = paper.dataset;
  let writing = null; // the field in which somebody writes, and the timer that takes a pause for an answer
  const section = (position) => document.getElementById("q-" + position);
  const form = (position) => document.getElementById("form-" + position);
  const positionOf = (element) => Number(element.closest("[data-question]").dataset.question);

  // --- what a question says ---

  const fields = "[name=choice],[name^=place-],[name=number],[name=text],[name=prediction]";
  const inputs = (position) => [...form(position).querySelectorAll(fields)];
  const chosen = (input) => input.name === "choice" ? input.checked : input.value.trim() !== "";

  // Things are each given a target, and in an order no two the same.
  function complete(position) {
    const all = inputs(position), given = all.filter(chosen);
    if (!all.length || all[0].tagName !== "SELECT") return given.length > 0;
    const targets = new Set(given.map((input) => input.value));
    return given.length === all.length && (!form(position).querySelector(".placing-order") || targets.size === all.length);
  }

  // An answer, as names of fields with their values; an empty field takes an answer back.
  function read(position) {
    return inputs(position).filter((input) => input.name !== "choice" || input.checked).map((input) => [input.name, input.value.trim()]);
  }

  // What is being written is not replaced.
  function show(position, values) {
    if (writing && positionOf(writing.field) === position) return;
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
    mapped(position, "answered", complete(position));
  }

  function status(position, text, kind) {
    const line = section(position).querySelector("[data-saved]");
    line.className = "saved" + (kind ? " saved-" + kind : "");
    line.textContent = text;
    if (!kind) line.prepend(document.getElementById("tick").content.cloneNode(true));
  }

  // --- what becomes of an answer ---

  function answered(position) {
    mark(position);
    sending.keep(position, read(position), Number(form(position).elements.sequence.value));
  }

  // Whoever writes and stops to think has answered, and whoever has no time left: the field need not be left first.
  function takeWritten() {
    if (!writing) return;
    const {field, timer} = writing;
    clearTimeout(timer);
    writing = null;
    answered(positionOf(field));
  }

  // The number that a form gives its next answer is one more than that of the last one this page knows of.
  function counted(position, sequence) {
    const next = form(position).elements.sequence;
    next.value = Math.max(Number(next.value), sequence + 1);
  }

  function heard(entry, text, kind, told) {
    const {position, values, sequence} = entry;
    if (told.saved || told.elsewhere === "done") counted(position, sequence);
    if (told.elsewhere === "kept") show(position, values);
    if (told.refused !== "stale") return status(position, text, kind);
    const stored = told.stored.filter(([, value]) => value !== "");
    counted(position, told.sequence);
    show(position, stored);
    status(position, data.stale.replace("{stored}", words(position, stored)).replace("{given}", words(position, values.filter(([, value]) => value !== ""))), kind);
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

  // What waits is given a moment; nobody leaves with an answer that is not saved.
  async function leave(address) {
    takeWritten();
    for (let turns = 0; turns < 20 && sending.waiting().length; turns++) await new Promise((next) => setTimeout(next, 150));
    if (sending.waiting().length) sending.insist();
    else location.href = address;
  }

  const enlarges = Boolean(window.HTMLDialogElement && HTMLDialogElement.prototype.showModal);

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
    const position = positionOf(button);
    const body = new FormData(button.form);
    body.append("flagged", button.value);
    mapped(position, "flagged", on);
    button.value = on ? "0" : "1";
    button.setAttribute("aria-pressed", on);
    button.lastElementChild.textContent = on ? button.dataset.on : button.dataset.off;
    try { await fetch(button.formAction, {method: "POST", body: new URLSearchParams(body), redirect: "manual"}); } catch { /* only a note to oneself */ }
  }

  paper.addEventListener("change", (event) => {
    if (!event.target.matches(fields)) return;
    if (writing) clearTimeout(writing.timer);
    writing = null;
    answered(positionOf(event.target));
  });
  paper.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches("[type=text]")) return;
    if (writing) clearTimeout(writing.timer);
    writing = {field, timer: setTimeout(takeWritten, 1500)};
  });
  // Before sending.js hears that time is up.
  document.addEventListener("cuocthi:deadline", takeWritten, true);
  addEventListener("pagehide", takeWritten);
  document.addEventListener("visibilitychange", () => document.hidden && takeWritten());
  document.addEventListener("click", (event) => {
    const region = event.target.closest("[data-region]");
    if (region) return region.closest("form").querySelector(`[name=choice][value="${region.dataset.region}"]`).click();
    const link = event.target.closest("[data-go],[data-leave],[data-step],[data-flag],[data-enlarge]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.matches("[data-go]") && !data.current || link.matches("[data-enlarge]") && !enlarges) return;
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
  for (const {position, values} of sending.waiting()) show(position, values);
  sending.begin(heard);
})();
