// Files in pieces: .drop[data-pieces=URL] (ui.drop_zone with pieces). Each chosen or dropped file is a line with a bar, a button to give it
// up and, after a refusal, one to try again. One piece at a time goes to the server, which says where the next one begins; so a broken line,
// a closed page or a server that starts again costs one piece. What is on its way stands in localStorage by name, size and time of the
// file: the same file, chosen again, goes on where it stopped. With data-upload-auto files go at once, else with the form's own button,
// whose fields are sent with the end of each file. An input for one file keeps the one that was chosen last. Where the file belongs to
// something that people change (a field `version`), a refusal brings its present version: trying again is done with that. When nothing is
// left to send, uploads:done goes out from the zone: a script that shows the files itself answers it (preventDefault), else the page that
// lists them is opened, or linked to where a refusal has to be read first. Without this script the form sends the files itself.
//
// POST URL {name, size, code, version} -> 201 {url, piece}, or 409 {version};  GET url -> {offset};
// POST url?offset=n (the bytes) -> {offset}, or 409 {offset};  POST url/finish {fields} -> {location, said}, or 409 {version};  POST url/drop

const DAY = 24 * 3600 * 1000;
const owner = document.querySelector(".who b")?.textContent.trim() ?? "";
const comma = document.documentElement.lang === "en" ? "." : ",";
const MIB = 1024 * 1024; // as the server counts
const sizeOf = (bytes) => (bytes < MIB ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / MIB).toFixed(1).replace(".", comma)} MB`);

const store = {
  all(prefix) {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => [key, JSON.parse(localStorage.getItem(key))]);
    } catch {
      return []; // no storage in this browser: nothing goes on after a reload
    }
  },
  put(key, value) {
    try {
      if (value) localStorage.setItem(key, JSON.stringify(value));
      else localStorage.removeItem(key);
    } catch {
      // as above
    }
  },
};

// Goes to a page, also when only the part after # differs from here: the files must appear.
function open(address) {
  const target = new URL(address, location.href);
  if (target.href.split("#")[0] !== location.href.split("#")[0]) return location.assign(target);
  location.hash = target.hash;
  location.reload();
}

class Refused extends Error {
  constructor(status, data) {
    super(data.error ?? "");
    this.status = status;
    this.data = data;
  }
}

// Sends and gives the JSON of the answer. Throws Refused for an answer that says no, TypeError where none came.
function send(method, url, body, token, item, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch cannot tell the progress of an upload
    request.open(method, url);
    request.setRequestHeader("Accept", "application/json");
    if (method === "POST") request.setRequestHeader("X-CSRFToken", token);
    if (body instanceof Blob) request.setRequestHeader("Content-Type", "application/octet-stream");
    if (progress) request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => {
      let data = {};
      try {
        data = JSON.parse(request.responseText);
      } catch {
        // a proxy's own page
      }
      if (request.status >= 200 && request.status < 300) resolve(data);
      // a proxy's page, or a database that is busy: try again; a scanner that is not there names the file
      else if (request.status >= 500 && (!data.error || (request.status === 503 && !data.errors?.files))) reject(new TypeError("no answer"));
      else reject(new Refused(request.status, data));
    });
    for (const name of ["error", "timeout"]) request.addEventListener(name, () => reject(new TypeError("no answer")));
    request.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
    item.request = request;
    request.send(body);
  });
}

function pause(milliseconds, item) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
    item.wake = done;
  });
}

function prepare(zone) {
  const input = zone.querySelector("input[type=file]");
  const form = input.form;
  const list = zone.querySelector("[data-upload-queue]");
  const heard = zone.querySelector("[data-upload-list]");
  const words = zone.dataset;
  const auto = "uploadAuto" in words;
  const field = (name) => form.elements.namedItem(name);
  const code = field("code")?.value ?? "";
  const token = () => field("csrf_token").value;
  const prefix = `upload:${owner}:${words.pieces}:${code}:`;
  const items = [];
  let running = false;
  let target = null;
  input.classList.add("visually-hidden"); // the label opens it and the list below says what was chosen

  const percent = (item) => `${Math.floor((100 * item.offset) / item.file.size)} %`;

  function button(text, name, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet btn-sm", textContent: text });
    made.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: ` ${name}` }));
    made.addEventListener("click", act);
    return made;
  }

  function line(name, detail) {
    const row = document.createElement("li");
    row.append(Object.assign(document.createElement("b"), { textContent: name }), Object.assign(document.createElement("span"), { className: "hint", textContent: detail }));
    const state = Object.assign(document.createElement("span"), { className: "state" });
    const buttons = Object.assign(document.createElement("span"), { className: "actions" });
    row.append(state, buttons);
    list.append(row);
    list.hidden = false;
    return { row, state, buttons };
  }

  function show(item, state, sentence, kind = "") {
    item.state = state;
    item.view.state.textContent = sentence;
    item.view.state.className = `state ${kind}`.trim();
    item.bar.hidden = !["sending", "offline", "checking"].includes(state);
    item.retry.hidden = state !== "failed" || item.hopeless;
    item.cancel.hidden = state === "done" || state === "checking";
    if (["done", "failed", "offline"].includes(state)) heard.textContent = `${item.file.name}: ${sentence}`;
  }

  const same = (one, other) => ["name", "size", "lastModified"].every((key) => one[key] === other[key]);

  function add(file) {
    if (items.some((item) => same(item.file, file))) return;
    const item = { file, offset: 0, url: null, key: `${prefix}${file.name}:${file.size}:${file.lastModified}` };
    list.querySelector(`[data-kept="${CSS.escape(item.key)}"]`)?.remove();
    item.view = line(file.name, sizeOf(file.size));
    item.bar = Object.assign(document.createElement("progress"), { className: "bar", max: file.size || 1, value: 0 });
    item.bar.setAttribute("aria-label", file.name);
    item.view.row.append(item.bar);
    item.retry = button(words.retry, file.name, () => {
      show(item, "waiting", words.waiting);
      run();
    });
    item.cancel = button(words.cancel, file.name, () => giveUp(item));
    item.view.buttons.append(item.retry, item.cancel);
    items.push(item);
    show(item, auto ? "waiting" : "ready", auto ? words.waiting : words.ready);
  }

  function giveUp(item) {
    item.gone = true;
    item.request?.abort();
    item.wake?.();
    if (item.url) send("POST", `${item.url}/drop`, null, token(), {}).catch(() => {});
    store.put(item.key, null);
    items.splice(items.indexOf(item), 1);
    item.view.row.remove();
    list.hidden = !list.children.length;
    settle();
  }

  function remember(item) {
    store.put(item.key, { url: item.url, name: item.file.name, percent: percent(item), at: Date.now() });
  }

  async function begin(item) {
    const kept = store.all(item.key)[0]?.[1];
    if (kept) {
      try {
        const there = await send("GET", kept.url, null, token(), item);
        [item.url, item.offset, item.piece] = [kept.url, there.offset, there.piece];
        if (item.offset) heard.textContent = `${item.file.name}: ${words.resumed.replace("{percent}", percent(item))}`;
        return;
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 404) throw error;
        store.put(item.key, null);
      }
    }
    const body = new FormData();
    for (const [name, value] of Object.entries({ name: item.file.name, size: item.file.size, code, version: field("version")?.value ?? "" })) body.append(name, value);
    const begun = await send("POST", words.pieces, body, token(), item);
    [item.url, item.offset, item.piece] = [begun.url, 0, begun.piece];
    remember(item);
  }

  async function pieces(item) {
    while (item.offset < item.file.size) {
      const begin = item.offset;
      const tell = (loaded) => {
        item.bar.value = Math.min(begin + loaded, item.file.size);
        const share = `${Math.floor((100 * item.bar.value) / item.file.size)} %`;
        show(item, "sending", words.uploading.replace("{percent}", share));
      };
      tell(0);
      try {
        item.offset = (await send("POST", `${item.url}?offset=${begin}`, item.file.slice(begin, begin + item.piece), token(), item, tell)).offset;
      } catch (error) {
        if (!(error instanceof Refused) || error.status !== 409 || !("offset" in error.data)) throw error;
        item.offset = error.data.offset; // an answer was lost on the way
        item.misses = (item.misses ?? 0) + 1;
        if (item.misses > 20) throw error;
      }
      remember(item);
    }
  }

  function fields() {
    const body = new FormData();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "csrf_token") body.append(name, value);
    if (items.length > 1) body.delete("title");
    return body;
  }

  async function whole(item) {
    for (let wait = 1000; !item.gone; wait = Math.min(2 * wait, 30000)) {
      try {
        await begin(item);
        await pieces(item);
        show(item, "checking", words.checking);
        const done = await send("POST", `${item.url}/finish`, fields(), token(), item);
        store.put(item.key, null);
        target = done.location;
        return show(item, "done", done.said ?? words.done, "text-ok");
      } catch (error) {
        if (item.gone) return;
        if (error instanceof Refused) {
          if (error.status === 409 && "offset" in error.data) continue; // pieces are missing
          if ("version" in error.data) field("version").value = error.data.version;
          if (error.status === 404 && item.url && !item.restarted) { // thrown away meanwhile: from the beginning, or one hears why not
            [item.url, item.offset, item.restarted] = [null, 0, true];
            store.put(item.key, null);
            continue;
          }
          const { files, ...others } = error.data.errors ?? {};
          if (files && error.status !== 503) store.put(item.key, null); // the server has thrown it away
          for (const [name, sentence] of Object.entries(others)) {
            const place = form.querySelector(`[data-error-for="${CSS.escape(name)}"]`);
            if (place) Object.assign(place, { textContent: sentence, hidden: false });
          }
          item.hopeless = [413, 422].includes(error.status) && !Object.keys(others).length; // of its kind, content or size
          return show(item, "failed", error.status === 404 ? words.gone : error.message || words.failed, "text-bad");
        }
        show(item, "offline", words.offline.replace("{percent}", percent(item)), "text-wait");
        await pause(wait, item);
      }
    }
  }

  async function run() {
    if (running) return;
    running = true;
    for (const place of form.querySelectorAll("[data-error-for]")) place.hidden = true;
    for (let next; (next = items.find((item) => item.state === "waiting")); ) await whole(next);
    running = false;
    settle();
  }

  function settle() {
    if (running || !target || !items.length) return;
    if (!zone.dispatchEvent(new CustomEvent("uploads:done", { bubbles: true, cancelable: true }))) {
      for (const item of items.filter((one) => one.state === "done")) {
        items.splice(items.indexOf(item), 1);
        item.view.row.remove();
      }
      list.hidden = !list.children.length;
      target = null;
      return;
    }
    if (items.every((item) => item.state === "done")) return open(target);
    if (items.some((item) => item.state === "failed") && !zone.querySelector("[data-go]")) {
      const go = Object.assign(document.createElement("a"), { href: target, textContent: words.go });
      go.dataset.go = "";
      zone.append(go);
    }
  }

  function choose(files) {
    heard.classList.remove("text-bad");
    if (!input.multiple) {
      files = items.some((item) => ["checking", "done"].includes(item.state)) ? [] : files.slice(0, 1); // too late for another
      for (const item of files.length ? items.filter((one) => !same(one.file, files[0])) : []) giveUp(item);
    }
    for (const file of files) add(file);
    input.value = "";
    if (auto) run();
  }

  for (const [key, kept] of store.all(prefix)) {
    if (!kept?.url || Date.now() - kept.at > DAY) {
      store.put(key, null);
      continue;
    }
    const view = line(kept.name, kept.percent);
    view.row.dataset.kept = key;
    view.state.textContent = words.unfinished;
    view.row.prepend(view.state);
    view.buttons.append(
      button(words.cancel, kept.name, () => {
        send("POST", `${kept.url}/drop`, null, token(), {}).catch(() => {});
        store.put(key, null);
        view.row.remove();
        list.hidden = !list.children.length;
      }),
    );
  }

  input.addEventListener("change", () => choose([...input.files]));
  form.addEventListener("submit", (event) => {
    if (!items.length) return; // nothing chosen: the server says so
    event.preventDefault();
    for (const item of items) if (item.state === "ready" || (item.state === "failed" && !item.hopeless)) show(item, "waiting", words.waiting);
    run();
  });
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    choose([...event.dataTransfer.files]);
  });
}

for (const zone of document.querySelectorAll("[data-pieces]")) prepare(zone);
document.addEventListener("row:opened", (event) => { // a row of the sheet that opened in place
  for (const zone of event.target.querySelectorAll("[data-pieces]")) if (!zone.querySelector("input[type=file].visually-hidden")) prepare(zone);
});
