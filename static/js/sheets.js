// The sheet: rows open and close in place, with the address and the back button right; what colleagues change appears; the suggested shape
// of an explanation is put in. Without this script every link leads to a page that shows the same. autosave.js saves the forms; it is told of
// rows that come (row:opened), so that what was typed and not sent yet stands in them again.

const desk = document.querySelector("[data-sheet]");
const status = document.querySelector("[data-autosave-status]");
const kept = new Map(); // code -> body of a closed row with unsent changes; its forms go on being saved
let number = Number(desk?.dataset.number ?? 0);
let opening = 0; // the newest wish to open a row counts

const firstOf = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
};
const types = (element) => element.matches("input:not([type=checkbox], [type=radio]), select, textarea");
const rowOf = (code) => document.getElementById(code);
const linkOf = (row) => row.querySelector(".criterion-title a");
const openRow = () => desk.querySelector(".criterion.open");
const unsent = (row) => Boolean(row.querySelector("form[data-unsaved]"));
const codeIn = (address) => new URL(address, location.href).searchParams.get("open");
const touch = matchMedia("(pointer: coarse)");

// Where a click stood on the screen, there it stays, though a row above has closed.
function inPlace(element, change) {
  const before = element.getBoundingClientRect().top;
  const now = change();
  if (now) scrollBy(0, now.getBoundingClientRect().top - before);
  const box = now?.getBoundingClientRect();
  if (box && (box.top < 0 || box.top > innerHeight * 0.6)) now.scrollIntoView({ block: "start" });
}

function close(row = openRow()) {
  if (!row) return null;
  if (row.contains(document.activeElement)) document.activeElement.blur(); // a figure that was being typed is a change now
  const body = row.querySelector(".criterion-body");
  if (unsent(row)) kept.set(row.id, body);
  body?.remove();
  row.classList.remove("open");
  const link = linkOf(row);
  link.href = addressOf(row.id);
  link.removeAttribute("aria-current");
  return link;
}

function addressOf(code) {
  const address = new URL(location.href);
  address.searchParams.set("open", code);
  address.hash = code;
  return address.pathname + address.search + address.hash;
}

function addressWithout() {
  const address = new URL(location.href);
  address.searchParams.delete("open");
  address.hash = "";
  if (!address.searchParams.has("section") && !address.searchParams.has("show") && !address.searchParams.has("q")) address.searchParams.set("section", desk.dataset.section);
  return address.pathname + address.search;
}

// The next row is fetched ahead, so that it opens at once, on a slow line or none as well; what a colleague changes in it is fetched anew.
const ahead = new Map(); // code -> answer
let aheadTimer = null;
function fetchAhead(row) {
  clearTimeout(aheadTimer);
  const next = row.querySelector("[data-key='Alt+ArrowDown']");
  const code = next && codeIn(next.href);
  if (!code || !rowOf(code) || ahead.has(code)) return;
  aheadTimer = setTimeout(async () => {
    try {
      const data = await fetchRow(code);
      ahead.clear();
      ahead.set(code, data);
    } catch {
      // fetched when it is opened
    }
  }, 800);
}

async function fetchRow(code) {
  const address = new URL(location.href);
  address.searchParams.delete("open");
  const answer = await fetch(`${location.pathname}/rows/${encodeURIComponent(code)}${address.search}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw Object.assign(new Error("refused"), { answer });
  return answer.json();
}

// The line is down: said where the row would have opened.
const opened = () => desk.querySelectorAll("[data-unopened]").forEach((note) => note.remove());
function unopened(row) {
  opened();
  const note = Object.assign(document.createElement("p"), { className: "unopened text-wait", textContent: desk.dataset.offline });
  note.dataset.unopened = "";
  note.setAttribute("role", "status");
  row.append(note);
}

function begin(row, focus) {
  row.dispatchEvent(new CustomEvent("row:opened", { bubbles: true }));
  prepare(row);
  fetchAhead(row);
  if (focus && touch.matches) linkOf(row).focus({ preventScroll: true }); // no keyboard over half of a phone
  else if (focus) focusIn(row);
}

function focusIn(row) {
  const field = row.querySelector(".criterion-body :is(input:not([type=hidden], [type=file], [disabled]), textarea)");
  const chosen = field?.type === "radio" ? row.querySelector(`input[name="${CSS.escape(field.name)}"]:checked`) : null;
  (chosen ?? field ?? linkOf(row)).focus({ preventScroll: true });
  if (field?.type === "text") field.select();
}

// Opens a row in place. false: it is not on this page, or could not be fetched, and the link has to be followed.
async function open(code, { focus = true, push = true } = {}) {
  const row = rowOf(code);
  if (!row?.matches(".criterion")) return false;
  const mine = (opening += 1);
  let data = null;
  if (!kept.has(code)) {
    row.setAttribute("aria-busy", "true");
    try {
      data = ahead.get(code) ?? (await fetchRow(code));
      ahead.delete(code);
    } catch (problem) {
      if (mine !== opening) return true;
      if (problem.answer?.status < 500) return false;
      unopened(row);
      return true;
    } finally {
      row.removeAttribute("aria-busy");
    }
    if (mine !== opening) return true;
  }
  opened();
  inPlace(rowOf(code), () => {
    const before = openRow();
    if (before && before.id !== code) close(before);
    const now = rowOf(code);
    if (data) {
      const fresh = firstOf(data.html);
      now.replaceWith(fresh);
      return fresh;
    }
    now.append(kept.get(code));
    kept.delete(code);
    now.classList.add("open");
    linkOf(now).setAttribute("aria-current", "true");
    return now;
  });
  if (push) history.pushState({ open: code }, "", addressOf(code));
  begin(rowOf(code), focus);
  return true;
}

function shut({ push = true } = {}) {
  const row = openRow();
  if (!row) return;
  opening += 1;
  inPlace(row, () => {
    close(row)?.focus({ preventScroll: true });
    return row;
  });
  if (push) history.pushState({}, "", addressWithout());
}

function say(sentence) {
  if (!status || !sentence || status.matches(".conflict, .waiting")) return; // what waits or has to be decided stays
  status.className = "autosave";
  status.textContent = sentence;
}

if (desk) {
  // before autosave.js, which would wait for what is pending: nothing is left here
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target || !(desk.contains(link) || link.dataset.unsavedRow)) return;
    if (new URL(link.href).pathname !== location.pathname) return;
    const code = codeIn(link.href);
    const row = link.closest(".criterion.open");
    if (code && rowOf(code)?.matches(".criterion") && !rowOf(code).matches(".open")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!(await open(code))) location.assign(link.href);
    } else if (row && code === row.id && link.closest(".declared, .chips")) { // "begin to declare" in the row that is open
      event.preventDefault();
      event.stopImmediatePropagation();
      focusIn(row);
    } else if (link.dataset.unsavedRow && rowOf(code)?.matches(".open")) { // what is not saved is in sight already
      event.preventDefault();
      event.stopImmediatePropagation();
      (rowOf(code).querySelector("[aria-invalid]") ?? linkOf(rowOf(code))).focus();
    } else if (row && !code && link.hash === `#${row.id}`) {
      event.preventDefault();
      event.stopImmediatePropagation();
      shut();
    }
  }, true);

  addEventListener("popstate", async () => {
    const code = codeIn(location.href);
    if (!code) return shut({ push: false });
    if (rowOf(code)?.matches(".open")) return;
    if (!(await open(code, { push: false }))) location.reload();
  });

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const row = event.target.closest?.(".criterion");
    if (event.key === "Escape" && row?.matches(".open") && !event.target.matches("select")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      shut();
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.matches?.(".criterion-title a")) {
      const links = [...desk.querySelectorAll(".criterion-title a")];
      const next = links[links.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  }, true);

  addEventListener("online", opened);
  // The new files stand in the row: its head and the list of its evidence come anew, the fields and what is typed in them stay.
  document.addEventListener("uploads:done", async (event) => {
    const row = event.target.closest(".criterion");
    if (!row) return;
    event.preventDefault();
    try {
      const [fresh, now] = [firstOf((await fetchRow(row.id)).html), rowOf(row.id)];
      for (const part of [".criterion-row", "[data-cited]"]) {
        const [old, anew] = [now.querySelector(part), fresh.querySelector(part)];
        if (!old || !anew) continue;
        const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
        old.replaceWith(anew);
        anew.dispatchEvent(new CustomEvent("row:opened", { bubbles: true })); // what was typed there stands in it again
        if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      }
      askForNews(); // the sections, the filters, what is missing
    } catch {
      // the line is down: the next news bring it
    }
  });
  // an answer that goes with no other
  document.addEventListener("input", (event) => {
    const box = event.target;
    if (box.type !== "checkbox" || !box.checked || !box.form?.querySelector("[data-alone]")) return;
    const alone = "alone" in box.dataset;
    for (const other of box.form.elements) if (other.name === box.name && other !== box && (alone || "alone" in other.dataset)) other.checked = false;
  }, true);

  document.addEventListener("autosave:saved", (event) => {
    opened();
    clearTimeout(totals); // a busy server leaves the totals for when nobody saves
    if (event.detail.later) totals = setTimeout(askForTotals, 3000 + 3000 * Math.random());
    for (const [code, body] of kept) if (!body.querySelector("form[data-unsaved]")) kept.delete(code);
  });
  document.addEventListener("autosave:renewed", (event) => {
    ahead.clear();
    for (const body of kept.values()) for (const field of body.querySelectorAll("input[name=csrf_token]")) field.value = event.detail;
  });
  // the other version was chosen: the row is fetched anew instead of the whole page
  document.addEventListener("autosave:theirs", async (event) => {
    const row = event.target.closest(".criterion");
    if (!row) return;
    event.preventDefault();
    try {
      const fresh = firstOf((await fetchRow(row.id)).html);
      rowOf(row.id).replaceWith(fresh);
      begin(fresh, true);
    } catch {
      location.reload();
    }
  });
}

// ---- what the figures come to while they are typed; stored only when the field is left ----

let tried = 0;
let trying = null;
async function tryOut(form, code) {
  const mine = (tried += 1);
  const values = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value && !["csrf_token", "version", "explanation"].includes(name)));
  try {
    const answer = await fetch(`${location.pathname}/trial/${encodeURIComponent(code)}?${values}`, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok || mine !== tried || !form.hasAttribute("data-unsaved")) return; // overtaken, by a save too
    for (const [id, html] of Object.entries((await answer.json()).fragments)) if (form.hasAttribute("data-unsaved")) document.getElementById(id)?.replaceWith(firstOf(html));
  } catch {
    // the line is down: the box stays as it was, and looks so
  }
}

document.addEventListener("input", (event) => {
  const row = event.target.closest?.(".criterion.open");
  const { form } = event.target;
  if (!row || !form?.querySelector(".working.box") || event.target.matches("textarea")) return;
  clearTimeout(trying);
  trying = setTimeout(tryOut, 250, form, row.id);
});

// ---- what colleagues did ----

const EVERY = 8000;
let [asking, pause, waiting, totals, heard] = [false, EVERY, null, null, performance.now()];

const askForTotals = () => askForNews({ totals: true });

// A busy server puts off who has not waited long, and gives the totals to who misses them.
async function askForNews({ totals: missed = false } = {}) {
  if (document.hidden) return;
  if (asking) {
    if (missed) totals = setTimeout(askForTotals, 1000);
    return;
  }
  asking = true;
  const began = performance.now();
  try {
    const address = new URL(desk.dataset.sheet, location.href);
    address.searchParams.set("since", number);
    address.searchParams.set("waited", Math.round((performance.now() - heard) / 1000));
    if (missed) address.searchParams.set("totals", "");
    const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) return;
    const data = await answer.json();
    if (data.busy) return bring(data.fragments);
    heard = performance.now();
    if (data.number <= number) return;
    number = data.number;
    if (data.moved && !desk.querySelector("form[data-unsaved]") && !kept.size) return location.reload();
    bring(data.fragments);
    for (const code of Object.keys(data.rows)) ahead.delete(code);
    for (const [code, html] of Object.entries(data.rows)) await replaceRow(code, html, data.sentence);
    say(data.sentence);
  } catch {
    // the line is down: autosave.js says so as soon as something is to be saved
  } finally {
    asking = false;
    pause = Math.min(60000, Math.max(EVERY, (performance.now() - began) * 40)); // a busy server is asked less often
    clearTimeout(waiting);
    waiting = setTimeout(askForNews, pause * (0.75 + Math.random() / 2));
  }
}

function bring(fragments) {
  for (const [id, html] of Object.entries(fragments)) replace(document.getElementById(id), firstOf(html));
}

function replace(old, fresh) {
  if (!old || !fresh || old.contains(document.activeElement)) return; // the next news bring it again
  const scrolled = old.scrollTop;
  old.replaceWith(fresh);
  fresh.scrollTop = scrolled;
}

// A closed row comes anew; an open one as well, unless somebody is at it: then the save will show both versions.
async function replaceRow(code, html, byOthers) {
  const row = rowOf(code);
  if (!row?.matches(".criterion") || kept.has(code)) return;
  if (!row.matches(".open")) {
    const [fresh, focused] = [firstOf(html), row.contains(document.activeElement)];
    row.replaceWith(fresh);
    if (focused) linkOf(fresh).focus({ preventScroll: true });
    return;
  }
  if (!byOthers || unsent(row) || (row.contains(document.activeElement) && types(document.activeElement))) return;
  const fresh = firstOf((await fetchRow(code)).html);
  const now = rowOf(code);
  if (!now.matches(".open") || unsent(now) || (now.contains(document.activeElement) && types(document.activeElement))) return;
  const focused = now.contains(document.activeElement);
  now.replaceWith(fresh);
  begin(fresh, false);
  if (focused) linkOf(fresh).focus({ preventScroll: true });
}

if (desk) {
  waiting = setTimeout(askForNews, EVERY);
  document.addEventListener("visibilitychange", askForNews);
}

// ---- explanation: characters, suggested shape ----

function count(place) {
  const field = document.getElementById(place.dataset.countOf);
  if (field) place.textContent = place.dataset.words.replace("{n}", field.value.length).replace("{most}", field.maxLength);
}

function prepare(root) {
  for (const place of root.querySelectorAll("[data-count-of]")) count(place);
  for (const button of root.querySelectorAll("[data-shape-into]")) button.hidden = false;
}

document.addEventListener("input", (event) => {
  const place = event.target.id && desk?.querySelector(`[data-count-of="${CSS.escape(event.target.id)}"]`);
  if (place) count(place);
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-shape-into]");
  if (!button) return;
  const field = document.getElementById(button.dataset.shapeInto);
  const shown = [...button.closest("details").querySelectorAll("[data-shape] dt")].map((label) => `${label.textContent}: ${label.nextElementSibling.textContent}`);
  let lines = shown;
  try {
    if (field.form.hasAttribute("data-unsaved")) await savedOr(2500); // the figures just typed are to stand in it
    lines = (await fetchRow(button.dataset.row)).shape;
  } catch {
    // the line is down: what was shown when the row was opened
  }
  const missing = lines.filter((line) => !field.value.includes(line.slice(0, line.indexOf(":") + 1))); // typed text stays as it is
  if (missing.length) {
    field.value = [field.value.trimEnd(), ...missing].filter(Boolean).join("\n");
    field.rows = Math.max(field.rows, 5);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  field.focus();
});

const savedOr = (limit) => new Promise((done) => {
  document.addEventListener("autosave:saved", done, { once: true });
  setTimeout(done, limit);
});

// ---- sections on a narrow screen: a drawer ----

const drawer = document.querySelector("[data-drawer]");
const narrow = matchMedia("(max-width: 991.98px)");
const fold = () => drawer?.toggleAttribute("open", !narrow.matches);
narrow.addEventListener("change", fold);
fold();
if (desk) {
  if (drawer) drawer.dataset.drawer = "ready"; // from now on it can be folded, and stays in sight
  prepare(desk);
  if (openRow()) fetchAhead(openRow());
  const section = drawer?.querySelector("[aria-current]")?.getBoundingClientRect();
  if (!narrow.matches && section) drawer.scrollTop += section.top - drawer.getBoundingClientRect().top - drawer.clientHeight / 3; // not the page
  else if (/[?&](show|q|section)=/.test(location.search) && !location.hash && !scrollY) drawer?.scrollIntoView(); // what was asked for, not the head of the page again
}
