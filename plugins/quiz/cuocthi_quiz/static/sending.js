// Answers on their way. Each is kept in this device before anything else happens, and until the server has replied to
// that very one; what is kept is sent one after the other. The paper does so, and the pages before and after the hand-in:
// whichever is opened next sends what still waits. Written for Chrome 69 and Safari 12, too.
//
// There is one entry for each question: {token, position, values, sequence, sent, closed, order}. `values` is what was
// answered last, in whichever tab of this device. `sequence` is one more than that of the stored answer which its page
// has seen, so that no tab that was left open and no other device can replace an answer it has not seen. `sent` is what
// was sent under that sequence: it may be stored although no reply came, so it is sent again, before anything newer,
// until there is one. `closed` is an entry that came too late.
const sending = (() => {
  "use strict";
  const place = document.getElementById("sending-form");
  if (!place) return null;
  const data = place.dataset;
  const over = data.stage === "ended" || data.stage === "receipt";
  const prefix = "quiz-" + data.attempt + "-";
  const SHORTEST = 2000; // milliseconds to the next try, about
  const LONGEST = 15000;
  const PATIENCE = 15000; // for a whole reply
  let hear = refusedAway;
  let settled = null; // what is to be done once nothing waits any more
  let busy = false;
  let stopped = false;
  let offline = false;
  let complete = true; // whether all that was sent from this page has been stored
  let wait = SHORTEST;
  let timer = 0;

  // --- what is kept ---

  // The browser's storage; without it, entries live as long as the page.
  let shelf = (() => {
    try {
      localStorage.quiz = "";
      delete localStorage.quiz;
      return localStorage;
    } catch { return {}; }
  })();

  const nameOf = (entry) => prefix + entry.token + "-" + entry.position;

  function put(entry) {
    const text = JSON.stringify(entry);
    try { shelf[nameOf(entry)] = text; } catch {
      shelf = Object.assign({}, shelf);
      shelf[nameOf(entry)] = text;
    }
  }

  function parsed(text) {
    try { return JSON.parse(text); } catch { return null; }
  }

  // All that is kept of this paper, in the order in which it was answered.
  function kept() {
    const names = Object.keys(shelf).filter((name) => name.startsWith(prefix));
    return names.map((name) => parsed(shelf[name])).filter(Boolean).sort((one, other) => one.order - other.order);
  }

  const own = (entry) => entry.token === data.token;
  const waiting = () => kept().filter((entry) => own(entry) && !entry.closed);
  const latest = (position) => kept().find((entry) => own(entry) && entry.position === position);
  const same = (values, others) => JSON.stringify(values) === JSON.stringify(others);

  // An answer, as names of fields with their values; `next` is the sequence that the page would give it.
  function keep(position, values, next) {
    const before = latest(position);
    const {sequence, sent} = before && before.sequence >= next ? before : {sequence: next, sent: null};
    const order = Math.max(0, ...kept().map((entry) => entry.order)) + 1;
    const entry = {token: data.token, position, values, sequence, sent, closed: false, order};
    put(entry);
    if (stopped) return hear(entry, data.waiting, "failed", {});
    hear(entry, data.saving, "pending", {});
    send();
  }

  // What was kept where the paper was before: sent from here if it came here from there, else told. On a paper that is
  // over everything is sent, for whoever decides a dispute; on one that is open again, also what had come too late.
  function adopt() {
    const lost = [];
    for (const entry of kept()) {
      if (own(entry)) {
        if (!over) put({...entry, closed: false});
        continue;
      }
      if ((over || entry.token === data.former) && !latest(entry.position)) put({...entry, token: data.token});
      else lost.push(entry);
      delete shelf[nameOf(entry)];
    }
    if (lost.length) tell("lost", "warn", data.lost.replace("{questions}", named(lost)));
  }

  // --- what is said ---

  function named(entries) {
    const name = ({position, values}) => values[0] && values[0][0] === "prediction" ? data.prediction : data.question.replace("{n}", position);
    return entries.map(name).join(", ");
  }

  // One notice about each thing, the last one; without a text, none.
  function tell(about, kind, text, link, label) {
    const notices = document.querySelector("[data-notice]");
    const before = notices.querySelector(`[data-about=${about}]`);
    if (before) before.remove();
    if (!text) return;
    const told = document.createElement("div");
    told.className = "notice notice-" + kind;
    told.dataset.about = about;
    const words = document.createElement("p");
    words.textContent = text + " ";
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link;
      anchor.textContent = label;
      words.append(anchor);
    }
    told.append(words);
    notices.append(told);
  }

  // On a page without questions a refusal is a notice. What came too late is told when all has been sent.
  function refusedAway(entry, text, kind, told) {
    if (told.refused && !(over && told.refused === "closed")) tell("refused-" + entry.position, "warn", named([entry]) + ": " + text);
  }

  // --- sending, one after the other ---

  async function request(entry, signal) {
    const body = new URLSearchParams(entry.sent);
    body.set("csrf_token", place.elements.csrf_token.value);
    body.set("position", entry.position);
    body.set("sequence", entry.sequence);
    const response = await fetch(place.action, {method: "POST", body, headers: {Accept: "application/json"}, signal});
    const speaks = (response.headers.get("Content-Type") || "").startsWith("application/json");
    return {status: response.status, told: speaks ? await response.json() : {}};
  }

  // The reply, head and body, or nothing: also where a request cannot be given up.
  async function reply(entry) {
    const giveUp = window.AbortController ? new AbortController() : {signal: undefined, abort() {}};
    let patience = 0;
    const late = new Promise((done) => { patience = setTimeout(() => { done(null); giveUp.abort(); }, PATIENCE); });
    try { return await Promise.race([request(entry, giveUp.signal), late]); } catch { return null; } finally { clearTimeout(patience); }
  }

  async function send() {
    if (busy) return;
    clearTimeout(timer);
    const [first] = stopped ? [] : waiting();
    if (!first) return settle();
    busy = true;
    const entry = {...first, sent: first.sent || first.values};
    put(entry);
    const {status, told = {}} = await reply(entry) || {};
    busy = false;
    if (told.saved || told.refused) wait = SHORTEST;
    if (told.saved) done(entry, data.saved.replace("{time}", told.saved), "", told);
    else if (told.refused === "signed-out") stop(told.message, data.signInUrl, data.signIn);
    else if (told.refused === "taken") stop(told.message, location.href, data.reload);
    else if (told.refused) done(entry, data.refused.replace("{reason}", told.message), "failed", told);
    else if (status === 400) stop(data.waiting, location.href, data.reload);
    else later();
  }

  // The server has replied to what was sent. If something newer was answered meanwhile, that is sent next, unless the
  // reply holds for it as well: the paper is over, or another answer is stored.
  function done(entry, text, kind, told) {
    const last = latest(entry.position) || entry;
    const newer = !same(last.values, entry.sent);
    if (last.sequence === entry.sequence) {
      if (newer && told.saved) put({...last, sequence: last.sequence + 1, sent: null});
      else if (newer && told.refused === "refused") put({...last, sent: null});
      else conclude(last, text, kind, told);
    }
    if (offline && !waiting().length) {
      offline = false;
      tell("network", "ok", complete ? data.safe : "");
    }
    send();
  }

  // What came too late stays until the receipt has named it.
  function conclude(entry, text, kind, told) {
    if (told.refused === "closed") put({...entry, closed: true});
    else delete shelf[nameOf(entry)];
    if (told.refused) complete = false;
    hear(entry, text, kind, told);
  }

  // One timer for all, and at another moment in each device: thousands may have lost the same network.
  function later() {
    timer = setTimeout(send, wait * (0.5 + Math.random()));
    wait = Math.min(wait * 1.6, LONGEST);
    for (const entry of waiting()) hear(entry, data.waiting, "failed", {});
    if (!offline) lineIsDown();
  }

  function lineIsDown() {
    offline = complete = true;
    tell("network", "warn", data.offline);
  }

  // Whoever wants to go on is shown why that must wait.
  function insist() {
    if (!stopped && !offline) lineIsDown();
    document.querySelector("[data-notice]").scrollIntoView({block: "center"});
  }

  // Nothing more is sent from this page; all is kept, and what is answered from now on as well.
  function stop(text, link, label) {
    stopped = true;
    for (const entry of waiting()) hear(entry, data.waiting, "failed", {});
    tell("stop", "warn", text, link, label);
    settle();
  }

  function settle() {
    const act = settled;
    settled = null;
    if (act) act();
  }

  // Do something once all has been sent, or cannot be sent from this page.
  function whenSettled(act) {
    settled = act;
    send();
  }

  // --- handing in ---

  // What was answered is sent before a paper is handed in. Time that is up waits for nobody's second look.
  function handIn(form, timeIsUp) {
    whenSettled(() => {
      if (!timeIsUp && (stopped || !complete)) return;
      if (navigator.onLine) form.submit();
      else addEventListener("online", () => handIn(form, timeIsUp), {once: true});
    });
  }

  // What came too late is named, and forgotten once the receipt has named it.
  function tellLate() {
    const late = kept().filter((entry) => entry.closed);
    if (late.length) tell("late", "warn", data.late.replace("{questions}", named(late)));
    if (data.stage === "receipt") for (const entry of late) delete shelf[nameOf(entry)];
  }

  const timeIsUp = document.getElementById("time-is-up");
  if (timeIsUp) document.addEventListener("cuocthi:deadline", () => handIn(timeIsUp, true));
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-hand-in]") || !waiting().length) return;
    event.preventDefault();
    handIn(event.target, false);
    document.querySelector("[data-notice]").scrollIntoView({block: "center"});
  });
  addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.hidden || send());
  // Another tab of this browser has kept an answer, or is done with it.
  addEventListener("storage", (event) => {
    const entry = parsed(event.newValue || event.oldValue);
    if (!entry || !event.key.startsWith(prefix) || !own(entry)) return;
    if (event.newValue && !entry.closed) return hear(entry, data.saving, "pending", {elsewhere: "kept"});
    hear(entry, "", "pending", {elsewhere: "done"});
    if (waiting().length) return;
    offline = false;
    tell("network", "");
  });
  adopt();
  if (over) whenSettled(tellLate);
  else if (data.stage === "summary" && waiting().length) {
    tell("network", "warn", data.underWay);
    whenSettled(() => stopped || !complete || location.reload());
  }
  return {keep, waiting, insist, begin(listener) { hear = listener; send(); }};
})();
