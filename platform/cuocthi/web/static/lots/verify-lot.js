/* Draws a lot again from its published file, without any other code: also from a disk, where browsers lend no digests. */
"use strict";

const FORMAT = "cuocthi lot 1";

/* --- SHA-256 and HMAC over bytes (FIPS 180-4, RFC 2104) --- */

const primes = (() => {
  const found = [];
  for (let n = 2; found.length < 64; n++) if (found.every((p) => n % p)) found.push(n);
  return found;
})();

/* The first 32 bits of the fraction of a root, exactly: floats are not precise enough for cube roots. */
function fraction(prime, degree) {
  const power = BigInt(32 * degree);
  const wanted = BigInt(prime) << power;
  let low = 0n;
  let high = 1n << 40n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** BigInt(degree) <= wanted) low = middle;
    else high = middle - 1n;
  }
  return Number(low & 0xffffffffn);
}

const START = primes.slice(0, 8).map((prime) => fraction(prime, 2));
const ROUNDS = primes.map((prime) => fraction(prime, 3));

function sha256(bytes) {
  const length = bytes.length;
  const padded = new Uint8Array(((length + 8) >> 6 << 6) + 64);
  padded.set(bytes);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(length / 0x20000000));
  view.setUint32(padded.length - 4, (length << 3) >>> 0);
  const state = START.slice();
  const words = new Array(64);
  const turned = (x, by) => (x >>> by) | (x << (32 - by));
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        words[i] = view.getUint32(at + 4 * i);
        continue;
      }
      const a = words[i - 15];
      const b = words[i - 2];
      const s0 = turned(a, 7) ^ turned(a, 18) ^ (a >>> 3);
      const s1 = turned(b, 17) ^ turned(b, 19) ^ (b >>> 10);
      words[i] = (words[i - 16] + s0 + words[i - 7] + s1) >>> 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i]) >>> 0;
      const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) >>> 0, c, b, a, (t1 + t2) >>> 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      state[i] = (state[i] + value) >>> 0;
    });
  }
  const out = new Uint8Array(32);
  const written = new DataView(out.buffer);
  state.forEach((value, i) => written.setUint32(4 * i, value));
  return out;
}

function joined(first, second) {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function hmac(key, bytes) {
  const block = new Uint8Array(64);
  block.set(key);
  const inner = sha256(joined(block.map((byte) => byte ^ 0x36), bytes));
  return sha256(joined(block.map((byte) => byte ^ 0x5c), inner));
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const lines = (...all) => new TextEncoder().encode(all.map((line) => `${line}\n`).join(""));
const digest = (...all) => hex(sha256(lines(...all)));

/* --- the lot --- */

const same = (first, second) => first.length === second.length && first.every((value, i) => value === second[i]);

function drawnOrder(seed, numbers) {
  const key = unhex(seed);
  const keyed = numbers.map((number) => [hex(hmac(key, lines(`${FORMAT}: place`, number))) + number, number]);
  return keyed.sort((a, b) => (a[0] < b[0] ? -1 : 1)).map((pair) => pair[1]);
}

function checks(lot) {
  const ascending = lot.entrants.slice().sort();
  const given = lot.entrants_digest;
  const found = [
    ["Mỗi số báo danh có mặt một lần (every entrant once)", new Set(ascending).size === ascending.length],
    ["Đủ số người (number of entrants)", ascending.length === lot.persons],
    ["Mã kiểm tra của danh sách như đã công bố (digest of the entrants)", digest(...lot.head, ...ascending) === given],
  ];
  if (lot.method !== "lot") {
    found.push(["Ai cũng có một vị trí (everybody has a place)", same(lot.order.slice().sort(), ascending)]);
    return found;
  }
  const parts = lot.parts.slice().sort((a, b) => a.number - b.number);
  found.push(["Đủ hai phần của hạt giống (two parts)", same(parts.map((part) => part.number), [1, 2])]);
  for (const part of parts) {
    const seal = digest(`${FORMAT}: seal`, given, part.number, part.nonce, part.part);
    found.push([`Dấu niêm phong của phần ${part.number} (seal of the part)`, seal === part.seal]);
  }
  const seed = digest(`${FORMAT}: seed`, given, ...parts.map((part) => part.part));
  found.push(["Hạt giống từ hai phần (seed)", seed === lot.seed]);
  found.push(["Thứ tự từ hạt giống (order)", same(drawnOrder(seed, lot.entrants), lot.order)]);
  return found;
}

/* --- the page --- */

function element(name, text, kind) {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function show(text) {
  const result = document.getElementById("result");
  result.replaceChildren();
  try {
    const lot = JSON.parse(text);
    if (lot.format !== FORMAT) throw new Error(FORMAT);
    result.append(element("h2", `${lot.contest} – ${lot.round} – lần ${lot.lot}`));
    if (lot.state !== "drawn") {
      result.append(element("p", `Chưa bốc thăm (not drawn yet). ${lot.entrants_digest}`));
      return;
    }
    const list = document.createElement("ul");
    const found = checks(lot);
    for (const [words, agrees] of found) {
      const item = document.createElement("li");
      item.append(element("span", agrees ? "Đúng" : "Sai", agrees ? "ok" : "bad"), ` · ${words}`);
      list.append(item);
    }
    const right = found.every((one) => one[1]);
    result.append(list, element("p", right ? "Kết quả khớp (all agrees)." : "Kết quả không khớp (it does not agree).", right ? "ok" : "bad"));
    if (right) {
      const order = document.createElement("ol");
      for (const number of lot.order) order.append(element("li", number));
      result.append(order);
    }
  } catch (error) {
    result.append(element("p", `Không đọc được tệp này (this file cannot be read): ${error.message}`, "bad"));
  }
}

document.getElementById("file").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) show(await file.text());
});

/* From the page of the lots: the address of the file, on this very host, stands behind the mark. */
const linked = decodeURI(location.hash.slice(1));
if (/^\/(?!\/)/.test(linked)) {
  fetch(linked, { credentials: "omit" })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(answer.status))))
    .then(show, (error) => show(error.message));
}
