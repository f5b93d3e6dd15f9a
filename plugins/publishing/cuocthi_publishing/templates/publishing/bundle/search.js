/* Finds people in a long list by name, without accents, or by contest number. Works from disk: whatever is needed is
   loaded as a script. Words, and the file in which each stands, are those of lists/search.py. */
"use strict";
(() => {
  const form = document.querySelector("[data-list]");
  if (!form) return;
  const field = form.querySelector("input");
  const said = document.getElementById(form.dataset.said);
  const table = document.getElementById(form.dataset.found);
  const more = document.getElementById(form.dataset.more);
  const AT_ONCE = 20;
  const loaded = new Map();
  const awaited = new Map();
  let latest = 0;

  window.cuocthiList = (name, content) => {
    const arrived = awaited.get(name);
    awaited.delete(name);
    if (arrived) arrived(content);
  };

  function load(name) {
    if (!loaded.has(name)) {
      loaded.set(name, new Promise((arrived, failed) => {
        awaited.set(name, arrived);
        const script = document.createElement("script");
        script.src = `${form.dataset.list}${name}.js`;
        script.onload = () => script.remove();
        script.onerror = () => {
          loaded.delete(name);
          script.remove();
          failed(new Error(name));
        };
        document.head.append(script);
      }));
    }
    return loaded.get(name);
  }

  function wordsOf(text) {
    const plain = text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");
    return plain.split(/\s+/).flatMap((part) =>
      /[0-9]/.test(part) ? [part.replace(/[^0-9a-z]+/g, "")] : part.split(/[^0-9a-z]+/).filter(Boolean));
  }

  const isNumber = (word) => /[0-9]/.test(word);
  const fileOf = (word) => `words-${isNumber(word) ? word.slice(-2) : word.slice(0, 2)}`;

  function placesOf(distances) {
    let place = 0;
    return distances.map((distance) => (place += distance));
  }

  /* The places at which a word stands; of one that is still being typed also those of what it may become, of a number
     those that end like it. */
  async function placed(word, unfinished) {
    const means = isNumber(word) ? (one) => one.endsWith(word)
      : unfinished ? (one) => one.startsWith(word)
      : (one) => one === word;
    const index = await load("index");
    const files = index.files.filter((name) => (unfinished && word.length === 1 ? name.startsWith(fileOf(word)) : name === fileOf(word)));
    const places = new Set();
    for (const words of await Promise.all(files.map(load))) {
      const meant = Object.keys(words).filter(means);
      for (const one of meant) placesOf(words[one]).forEach((place) => places.add(place));
    }
    return places;
  }

  async function find(words) {
    const sets = await Promise.all(words.map((word, at) => placed(word, at === words.length - 1)));
    const [fewest, ...others] = sets.sort((one, other) => one.size - other.size);
    return [...fewest].filter((place) => others.every((set) => set.has(place))).sort((one, other) => one - other);
  }

  async function rowsAt(places) {
    const { block } = await load("index");
    const blocks = new Map();
    for (const place of places) blocks.set(Math.floor(place / block), null);
    await Promise.all([...blocks.keys()].map(async (number) => blocks.set(number, await load(`rows-${number}`))));
    return places.map((place) => blocks.get(Math.floor(place / block))[place % block]);
  }

  function rowFor([address, ...cells]) {
    const row = document.createElement("tr");
    const heads = table.tHead.rows[0].cells;
    cells.forEach((text, at) => {
      const cell = row.insertCell();
      cell.className = heads[at].className;
      cell.dataset.label = heads[at].textContent;
      if (at === 0) {
        const link = document.createElement("a");
        link.href = address;
        link.textContent = text;
        cell.append(link);
      } else {
        cell.textContent = text;
      }
    });
    return row;
  }

  async function show(found, shown, turn) {
    const next = found.slice(shown, shown + AT_ONCE);
    const rows = await rowsAt(next);
    if (turn !== latest) return;
    if (shown === 0) table.tBodies[0].replaceChildren();
    table.tBodies[0].append(...rows.map(rowFor));
    table.hidden = found.length === 0;
    const now = shown + next.length;
    said.textContent = found.length === 0 ? form.dataset.none
      : form.dataset.some.replace("{count}", found.length.toLocaleString(document.documentElement.lang)).replace("{shown}", now.toLocaleString(document.documentElement.lang));
    more.hidden = now >= found.length;
    more.onclick = () => show(found, now, turn).catch(failed);
  }

  function failed() {
    said.textContent = form.dataset.failed;
  }

  async function search() {
    const turn = ++latest;
    const words = wordsOf(field.value);
    if (!words.length) {
      table.hidden = more.hidden = true;
      said.textContent = "";
      return;
    }
    try {
      const found = await find(words);
      if (turn === latest) await show(found, 0, turn);
    } catch {
      if (turn === latest) failed();
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  field.addEventListener("input", search);
  form.hidden = false;
  if (field.value) search();
})();
