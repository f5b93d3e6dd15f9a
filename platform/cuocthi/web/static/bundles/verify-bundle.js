/* Checks a published bundle without any other code, also from a disk and where the browser lends no cryptography. */
"use strict";

const SIGNED = "cuocthi-bundle/2";
const UNSIGNED = "cuocthi-bundle/1";
const [MANIFEST, SIGNATURE, PUBLIC_KEY, DATA] = ["manifest.json", "signature.json", "public-key.pem", "data.json"];

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

/* --- SHA-256 and SHA-512 (FIPS 180-4): the constants are roots of primes, to the bit --- */

const PRIMES = (() => {
  const found = [];
  for (let n = 2; found.length < 80; n++) if (found.every((p) => n % p)) found.push(n);
  return found;
})();

/* The first bits of the fraction of a root, exactly: floats are not precise enough. */
function fraction(prime, degree, bits) {
  const wanted = BigInt(prime) << BigInt(bits * degree);
  let low = 0n;
  let high = 1n << BigInt(bits + 8);
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** BigInt(degree) <= wanted) low = middle;
    else high = middle - 1n;
  }
  return BigInt.asUintN(bits, low);
}

const START_256 = PRIMES.slice(0, 8).map((prime) => Number(fraction(prime, 2, 32)));
const ROUNDS_256 = PRIMES.slice(0, 64).map((prime) => Number(fraction(prime, 3, 32)));
const START_512 = PRIMES.slice(0, 8).map((prime) => fraction(prime, 2, 64));
const ROUNDS_512 = PRIMES.map((prime) => fraction(prime, 3, 64));

function padded(bytes, block) {
  const tail = block / 8;
  const made = new Uint8Array(Math.ceil((bytes.length + 1 + tail) / block) * block);
  made.set(bytes);
  made[bytes.length] = 0x80;
  const view = new DataView(made.buffer);
  view.setUint32(made.length - 8, Math.floor(bytes.length / 0x20000000));
  view.setUint32(made.length - 4, (bytes.length << 3) >>> 0);
  return view;
}

function ownSha256(bytes) {
  const view = padded(bytes, 64);
  const state = START_256.slice();
  const words = new Array(64);
  const turned = (x, by) => (x >>> by) | (x << (32 - by));
  for (let at = 0; at < view.byteLength; at += 64) {
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
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS_256[i] + words[i]) >>> 0;
      const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) >>> 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) >>> 0, c, b, a, (t1 + t2) >>> 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      state[i] = (state[i] + value) >>> 0;
    });
  }
  return state.map((value) => value.toString(16).padStart(8, "0")).join("");
}

function sha512(bytes) {
  const view = padded(bytes, 128);
  const state = START_512.slice();
  const words = new Array(80);
  const cut = (x) => BigInt.asUintN(64, x);
  const turned = (x, by) => (x >> by) | cut(x << (64n - by));
  for (let at = 0; at < view.byteLength; at += 128) {
    for (let i = 0; i < 80; i++) {
      if (i < 16) {
        words[i] = view.getBigUint64(at + 8 * i);
        continue;
      }
      const a = words[i - 15];
      const b = words[i - 2];
      const s0 = turned(a, 1n) ^ turned(a, 8n) ^ (a >> 7n);
      const s1 = turned(b, 19n) ^ turned(b, 61n) ^ (b >> 6n);
      words[i] = cut(words[i - 16] + s0 + words[i - 7] + s1);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; i++) {
      const s1 = turned(e, 14n) ^ turned(e, 18n) ^ turned(e, 41n);
      const t1 = cut(h + s1 + ((e & f) ^ (cut(~e) & g)) + ROUNDS_512[i] + words[i]);
      const s0 = turned(a, 28n) ^ turned(a, 34n) ^ turned(a, 39n);
      const t2 = cut(s0 + ((a & b) ^ (a & c) ^ (b & c)));
      [h, g, f, e, d, c, b, a] = [g, f, e, cut(d + t1), c, b, a, cut(t1 + t2)];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => {
      state[i] = cut(state[i] + value);
    });
  }
  return unhex(state.map((value) => value.toString(16).padStart(16, "0")).join(""));
}

async function sha256(bytes) {
  if (!globalThis.crypto || !crypto.subtle) return ownSha256(bytes);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/* --- Ed25519 (RFC 8032) --- */

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (x) => ((x % P) + P) % P;

function power(base, exponent) {
  let made = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = (b * b) % P) if (e & 1n) made = (made * b) % P;
  return made;
}

const D = mod(-121665n * power(121666n, P - 2n));
const ROOT = power(2n, (P - 1n) / 4n);

function number(bytes) {
  return BigInt(`0x${hex(bytes.slice().reverse())}`);
}

/* A point in extended coordinates from its 32 bytes; nothing where there is no such point. */
function point(bytes) {
  const sign = bytes[31] >> 7;
  const y = BigInt.asUintN(255, number(bytes));
  if (y >= P) return null;
  const square = mod((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square)) x = mod(x * ROOT);
  if (mod(x * x - square) || (x === 0n && sign)) return null;
  if (Number(x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}

function sum([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * t1 * t2 * D);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function times(scalar, base) {
  let made = [0n, 1n, 1n, 0n];
  for (let b = base, s = scalar; s > 0n; s >>= 1n, b = sum(b, b)) if (s & 1n) made = sum(made, b);
  return made;
}

const BASE = point(unhex(`58${"66".repeat(31)}`));
const same = (p, q) => mod(p[0] * q[2] - q[0] * p[2]) === 0n && mod(p[1] * q[2] - q[1] * p[2]) === 0n;

function ownFits(content, signature, key) {
  const [r, a, s] = [point(signature.slice(0, 32)), point(key), number(signature.slice(32))];
  if (!r || !a || s >= ORDER) return false;
  const joined = new Uint8Array(64 + content.length);
  joined.set(signature.slice(0, 32));
  joined.set(key, 32);
  joined.set(content, 64);
  return same(times(s, BASE), sum(r, times(number(sha512(joined)) % ORDER, a)));
}

async function fits(content, signature, key) {
  if (signature.length !== 64 || key.length !== 32) return false;
  try {
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", imported, signature, content);
  } catch {
    return ownFits(content, signature, key);
  }
}

/* --- files --- */

async function inflated(bytes) {
  if (!globalThis.DecompressionStream) {
    throw new Error("Trình duyệt này không giải nén được; vui lòng giải nén rồi chọn thư mục (unpack it and choose the folder)");
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/* The files of an archive by name, from its table of contents; null for one that does not unpack. */
async function unpacked(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Error("ZIP?");
  const found = new Map();
  const twice = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const method = view.getUint16(at + 10, true);
    const size = view.getUint32(at + 20, true);
    const [nameLength, extra, remark] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const header = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const begin = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    const packed = bytes.subarray(begin, begin + size);
    if (found.has(name)) twice.push(name);
    if (!name.endsWith("/")) {
      if (method === 0) found.set(name, packed);
      else if (globalThis.DecompressionStream) found.set(name, await inflated(packed).catch(() => null));
      else await inflated(packed);
    }
    at += 46 + nameLength + extra + remark;
  }
  return { files: found, twice };
}

async function ofFolder(list) {
  const found = new Map();
  for (const file of list) {
    const name = file.webkitRelativePath.split("/").slice(1).join("/") || file.name;
    found.set(name, new Uint8Array(await file.arrayBuffer()));
  }
  return { files: found, twice: [] };
}

/* --- the check: each fault is [words, file] --- */

const WORDS = {
  missing: "Thiếu tệp (missing)",
  foreign: "Không thuộc gói này (not of this bundle)",
  changed: "Đã bị thay đổi (changed)",
  twice: "Có hai lần trong tệp nén (twice in the archive)",
};

/* The one form in which a signature is written, as the platform writes it. */
function signatureFile(said) {
  const names = ["algorithm", "key", "manifest", "signature"];
  return `{\n${names.map((name) => `  "${name}": ${JSON.stringify(said[name])}`).join(",\n")}\n}\n`;
}

function keyOf(pem) {
  const lines = text(pem).trim().split("\n");
  const raw = Uint8Array.from(atob(lines.slice(1, -1).join("").replace(/\s/g, "")), (letter) => letter.charCodeAt(0));
  if (raw.length !== 44) throw new Error(PUBLIC_KEY);
  return raw.slice(12);
}

async function signatureFault(files, manifest) {
  for (const name of [SIGNATURE, PUBLIC_KEY]) if (!files.has(name)) return { fault: [WORDS.missing, name] };
  let key;
  try {
    key = keyOf(files.get(PUBLIC_KEY));
  } catch {
    return { fault: [WORDS.changed, PUBLIC_KEY] };
  }
  let said;
  try {
    said = JSON.parse(text(files.get(SIGNATURE)));
  } catch {
    return { key, fault: [WORDS.changed, SIGNATURE] };
  }
  const [bytes, over] = [files.get(MANIFEST), await sha256(files.get(MANIFEST))];
  const id = (await sha256(key)).slice(0, 16);
  if (await fits(bytes, unhex(String(said.signature)), key)) {
    const whole = { algorithm: "Ed25519", key: id, manifest: over, signature: said.signature };
    const written = signatureFile(whole) === text(files.get(SIGNATURE));
    return { key, id, fault: written ? null : [WORDS.changed, SIGNATURE] };
  }
  if (over !== said.manifest) return { key, id, fault: [WORDS.changed, MANIFEST] };
  const wholeKey = (await sha256(files.get(PUBLIC_KEY))) === manifest.files[PUBLIC_KEY];
  return { key, id, fault: [WORDS.changed, wholeKey ? SIGNATURE : PUBLIC_KEY] };
}

async function checked({ files, twice }) {
  if (!files.get(MANIFEST)) throw new Error(`${WORDS.missing}: ${MANIFEST}`);
  let manifest;
  try {
    manifest = JSON.parse(text(files.get(MANIFEST)));
  } catch {
    throw new Error(`${WORDS.changed}: ${MANIFEST}`);
  }
  if (![SIGNED, UNSIGNED].includes(manifest.schema)) throw new Error(`Không rõ dạng của gói (unknown form): ${manifest.schema}`);
  const faults = twice.map((name) => [WORDS.twice, name]);
  const names = new Set([...files.keys(), ...Object.keys(manifest.files)]);
  for (const name of [...names].sort()) {
    if (name === MANIFEST || name === SIGNATURE) continue;
    if (!files.has(name)) faults.push([WORDS.missing, name]);
    else if (!(name in manifest.files)) faults.push([WORDS.foreign, name]);
    else if (!files.get(name) || (await sha256(files.get(name))) !== manifest.files[name]) faults.push([WORDS.changed, name]);
  }
  if (manifest.files[DATA] !== manifest.digest) faults.push([WORDS.changed, `${MANIFEST} (${DATA})`]);
  const signed = manifest.schema === SIGNED ? await signatureFault(files, manifest) : {};
  if (signed.fault && !faults.some((fault) => fault.join() === signed.fault.join())) faults.push(signed.fault);
  return { manifest, faults, key: signed.key && hex(signed.key), id: signed.id };
}

/* --- the page --- */

let siteKeys = null;
let last = null;

function element(name, words, kind) {
  const made = document.createElement(name);
  made.textContent = words;
  if (kind) made.className = kind;
  return made;
}

/* What fits of what the reader knows from the site: "all", "data" alone, "none", or nothing is known. */
function trust({ manifest, key, id }) {
  const typed = document.getElementById("known").value.trim().toLowerCase();
  const bySite = siteKeys && key ? siteKeys.includes(key) : null;
  if (typed && ![manifest.digest, key, id].includes(typed)) return "none";
  if (typed && typed !== manifest.digest) return "all";
  if (bySite !== null) return bySite ? "all" : "none";
  return typed ? "data" : null;
}

function show(found) {
  last = found;
  const result = document.getElementById("result");
  const { manifest, faults, id } = found;
  const list = document.createElement("dl");
  const pairs = [
    ["Cuộc thi (contest)", manifest.campaign],
    ["Bản công bố số (release)", manifest.release],
    ["Mã kiểm tra (digest)", manifest.digest],
    ["Ký bằng khóa (signed with the key)", id || "–"],
  ];
  for (const [term, value] of pairs) list.append(element("dt", term), element("dd", value, "code"));
  result.replaceChildren(list);
  if (faults.length) {
    const items = document.createElement("ul");
    for (const [words, name] of faults) {
      const item = document.createElement("li");
      item.append(element("span", words, "bad"), " · ", element("code", name));
      items.append(item);
    }
    result.append(element("p", "Gói này không còn như khi được công bố (it is not as it was published).", "bad"), items);
    return;
  }
  const trusted = trust(found);
  const count = Object.keys(manifest.files).length;
  if (trusted === "none") {
    result.append(element("p", "Các tệp khớp nhau, nhưng không phải của trang này: mã kiểm tra hoặc khóa khác (digest or key differ from the site's).", "bad"));
  } else if (trusted === "data") {
    result.append(element("p", "Chỉ dữ liệu (data.json) khớp với mã kiểm tra; các trang và tệp khác có thể do người khác làm. Vui lòng đối chiếu mã của khóa (only the data were checked; pages need the key).", "bad"));
  } else if (trusted) {
    result.append(element("p", `Đúng như khi được công bố: ${count} tệp, chữ ký khớp (as it was published).`, "ok"));
  } else {
    result.append(
      element("p", `Các tệp khớp với nhau: ${count} tệp (the files fit one another).`, "ok"),
      element("p", "Vui lòng đối chiếu mã của khóa với trang của Cuộc thi: nhập vào ô phía trên (compare the key with the contest’s site).")
    );
  }
}

async function run(reading) {
  const result = document.getElementById("result");
  last = null;
  result.replaceChildren(element("p", "Đang kiểm tra… (checking)"));
  try {
    show(await checked(await reading()));
  } catch (error) {
    result.replaceChildren(element("p", `Không kiểm tra được gói này (this cannot be checked): ${error.message}`, "bad"));
  }
}

document.getElementById("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) run(async () => unpacked(new Uint8Array(await file.arrayBuffer())));
});
document.getElementById("folder").addEventListener("change", (event) => {
  const list = [...event.target.files];
  if (list.length) run(() => ofFolder(list));
});
document.getElementById("known").addEventListener("input", () => {
  if (last) show(last);
});

/* From the page of a contest: the address of the site's keys, on this very host, stands behind the mark. */
const linked = decodeURI(location.hash.slice(1));
if (/^\/(?!\/)/.test(linked)) {
  fetch(linked, { credentials: "omit" })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))))
    .then((keys) => {
      siteKeys = keys.map((key) => key.public);
      if (last) show(last);
    })
    .catch(() => {});
}
