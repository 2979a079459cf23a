// Saves a form while it is filled in and says truthfully how that went. Without it the form's own button saves.
//
// <form method="post" action="..." data-autosave autocomplete="off"> with hidden fields csrf_token and version. One request at a time on
// the page, in the order of the changes, so that a late answer can never overwrite a newer one. What is asked of the server
// (Accept: application/json):
//   200 {saved_at: "10:42", version, fragments: {element_id: html}}   the elements with these ids are replaced; own: only where the form
//       is on the page; errors: saved, but wrong all the same (a draft), shown as for 422
//   422 {errors: {field: sentence}, error, fragments?}                shown in [data-error-for=field]; error where no field is named. It is
//       not sent again until it changes; the save state names the form (data-name) and leads to it
//   409 {html}                                                        both versions (ui.conflict); the person chooses
//   403, 404, 409, 413 {error}                                        the sentence, where the save state stands
//   401, or 400 for a token that has run out                          "session over", with a link; what was typed stays here, and goes on
//       as soon as the same person has signed in again, here or in another tab: the page asks for a fresh token ([data-session] of the
//       save state) until then. Somebody else's session never sends it.
// Fields outside the form (form="id", as in table rows) belong to it; its messages are looked for in the nearest [data-key-row] or in the form.
// <button name="accept" value="9,18" data-autosave-fill="points"> puts its value into that field and saves, instead of sending the page.
// A second sending of the same figures must be a 200 even with the old version: an answer may have been lost on the way.
// Pending changes also lie in localStorage until the server has them, and are sent again when the page is opened again: the form is
// told first, by an event autosave:filling with the kept values, so that a script can make room for fields that it had added. A script that
// brings forms into the page sends row:opened from what it brought; one that takes a form away goes on being saved. autosave:theirs on a
// form asks whether a script shows the other version itself (preventDefault), else the page is loaded again.

const status = document.querySelector("[data-autosave-status]");
const owner = document.querySelector(".who[data-person]")?.dataset.person ?? "";
const prefix = `autosave:${owner}:`;
const states = new Map(); // key -> what newState() makes
const queue = [];
let sending = null;
let retryIn = 2000;
let retryTimer = null;
let leaving = false;
let sessionTimer = null;
let fresh = null; // token of a session that was begun after this page was opened

const keyOf = (form) => `${prefix}${new URL(form.action).pathname}${form.id ? `#${form.id}` : ""}`;
const open = () => [...states.values()].filter((state) => state.dirty);
const waiting = () => Boolean(sending) || open().some((state) => !state.blocked); // what the next page should know already
const settled = (state) => state.blocked && state.errors; // refused: waits for another content

function bodyOf(form, left = ["csrf_token"]) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && !left.includes(name)) body.append(name, value);
  return body.toString();
}

function newState(key, form, action, page, body) {
  return { key, form, action, page, body, name: form?.dataset.name ?? "", dirty: false, blocked: false, why: ["refused", ""], errors: null, changes: 0, timer: null, saved: null };
}

const figuresOf = (form) => bodyOf(form, ["csrf_token", "version"]);
const scopeOf = (form) => form.closest("[data-key-row]") ?? form;
const token = (form) => fresh ?? (form?.elements.namedItem("csrf_token") ?? document.querySelector("input[name=csrf_token]"))?.value ?? "";

function remember(state) {
  if (state.form) state.body = bodyOf(state.form);
  try {
    const { action, body, page, name, errors } = state;
    localStorage.setItem(state.key, JSON.stringify({ action, body, page, name, errors }));
    state.unkept = false;
  } catch {
    state.unkept = true; // storage full or forbidden: the page still saves, only a closed browser would lose what is pending
  }
}

function forget(state) {
  state.dirty = false;
  try {
    localStorage.removeItem(state.key);
  } catch {
    // see remember()
  }
}

function say(kind, values = {}, link = null) {
  if (!status) return;
  const look = { saving: ["waiting", "arrow-repeat"], typing: ["waiting", "pencil"], saved: ["", "cloud-check"] };
  const [tone, icon] = look[kind] ?? (kind === "offline" || kind === "failed" || kind === "restored" ? ["waiting", "cloud-slash"] : ["conflict", "exclamation-triangle-fill"]);
  status.className = `autosave ${tone}`.trim();
  let text = (values.sentence || status.dataset[kind] || "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  if (tone && open().some((state) => state.unkept)) text += ` ${status.dataset.unkept ?? ""}`;
  status.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${status.dataset.icons}#i-${icon}"/></svg> `;
  status.append(text);
  if (link) {
    const a = document.createElement("a");
    [a.href, a.textContent] = link;
    if (link[2]) a.dataset.unsavedRow = link[2];
    status.append(" ", a);
  }
}

// ---- what comes back ----

function replaceFragments(fragments = {}) {
  const focused = document.activeElement;
  for (const [id, html] of Object.entries(fragments)) {
    const old = document.getElementById(id);
    if (!old || (old.contains(focused) && focused.matches("input, select, textarea"))) continue; // never under the typing hand
    const holder = document.createElement("template");
    holder.innerHTML = html.trim();
    const fresh = holder.content.firstElementChild;
    if (!fresh) continue;
    const hadFocus = old.contains(focused) && focused.id;
    old.replaceWith(fresh);
    if (hadFocus) document.getElementById(hadFocus)?.focus();
  }
}

function showErrors(form, errors = {}) {
  for (const place of scopeOf(form).querySelectorAll("[data-error-for]")) {
    const sentence = errors[place.dataset.errorFor] ?? "";
    place.textContent = sentence;
    place.hidden = !sentence;
    for (const field of form.elements) {
      if (!field.name || field.name !== place.dataset.errorFor) continue;
      field.classList.toggle("is-invalid", Boolean(sentence));
      if (sentence) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }
}

function showConflict(state, html) {
  const form = state.form;
  let place = scopeOf(form).querySelector("[data-autosave-conflict]");
  if (!place) {
    place = document.createElement("div");
    place.dataset.autosaveConflict = "";
    form.prepend(place);
  }
  place.setAttribute("role", "alert");
  place.innerHTML = html;
  place.addEventListener("click", (event) => {
    const mine = event.target.closest("[data-autosave-mine]");
    const theirs = event.target.closest("[data-autosave-theirs]");
    if (!mine && !theirs) return;
    event.preventDefault();
    place.replaceChildren();
    if (theirs) {
      forget(state);
      delete form.dataset.unsaved;
      if (form.dispatchEvent(new CustomEvent("autosave:theirs", { bubbles: true, cancelable: true }))) location.reload();
      else states.delete(state.key); // a script has fetched the form anew
      return;
    }
    const version = form.elements.namedItem("version");
    if (version) version.value = mine.dataset.autosaveMine;
    state.blocked = false;
    plan(state, 0);
  });
}

// ---- sending ----

async function send(state) {
  state.dirty = false; // a change made while this is on its way makes it dirty again
  const { changes } = state;
  const figures = state.form && figuresOf(state.form);
  if (state.form) remember(state);
  const body = new URLSearchParams(state.body);
  body.append("csrf_token", token(state.form));
  say("saving");
  let answer, data = {};
  try {
    answer = await fetch(state.action, {
      method: "POST", body, credentials: "same-origin", redirect: "follow",
      headers: { Accept: "application/json", "X-CSRFToken": token(state.form), "X-Requested-With": "fetch" },
    });
    if (answer.headers.get("Content-Type")?.includes("json")) data = await answer.json();
    else if (answer.ok) throw new Error("not the answer of a save"); // a proxy's or a sign-in page
  } catch (problem) {
    state.dirty = true;
    if (answer?.redirected) return expired(state);
    return later(navigator.onLine && answer ? "failed" : "offline");
  }
  if (answer.status === 401 || answer.status === 400) return expired(state);
  if (answer.status >= 500 || answer.status === 429) {
    state.dirty = true;
    return later("failed");
  }
  retryIn = 2000;
  if (state.form || !data.own) replaceFragments(data.fragments); // `own`: they belong to the page of the form alone
  if (state.changes !== changes && !answer.ok) return; // already overtaken: the newer figures are on their way
  if (answer.status === 409 && data.html) return refused(state, ["conflict", ""], () => showConflict(state, data.html));
  if (!answer.ok) {
    const named = Object.keys(data.errors ?? {}).some((field) => state.form && scopeOf(state.form).querySelector(`[data-error-for="${CSS.escape(field)}"]`));
    const whole = state.form && !named && scopeOf(state.form).querySelector('[data-error-for=""]');
    if (answer.status === 422) state.errors = whole ? { "": data.error } : (data.errors ?? {});
    return refused(state, ["refused", named || whole ? "" : data.error], () => showErrors(state.form, whole ? { "": data.error } : data.errors));
  }
  if (state.form) {
    const version = state.form.elements.namedItem("version");
    if (version && data.version !== undefined) version.value = data.version;
    showErrors(state.form, data.errors); // saved all the same: a draft may be wrong for a while
    state.saved = figures;
    if (state.dirty) remember(state);
    else delete state.form.dataset.unsaved;
  }
  if (!state.dirty) forget(state);
  document.dispatchEvent(new CustomEvent("autosave:saved", { detail: { ...data, shown: Boolean(state.form) } }));
  const refusal = open().find((other) => other.blocked);
  if (refusal) sayRefused(refusal, data.saved_at);
  else if (!open().length) say("saved", { time: data.saved_at ?? "" });
}

function refused(state, why, show) {
  state.dirty = true;
  state.blocked = true; // until the next change or choice; it stays in localStorage
  state.why = why;
  if (state.form) show();
  if (state.errors) remember(state);
  sayRefused(state);
}

// `savedAt`: another form has just been saved, which is said as well.
function sayRefused(state, savedAt = "") {
  const [kind, sentence] = state.why;
  if (kind === "expired") return sayExpired();
  const named = [state.page, status?.dataset.unsavedRow?.replace("{name}", state.name) ?? "", state.name];
  if (kind === "refused" && state.name && !sentence) return say(kind, { sentence: savedAt ? `${status?.dataset.saved.replace("{time}", savedAt)}.` : " " }, named);
  say(kind, { sentence }, state.form?.isConnected ? null : state.name ? named : [state.page, status?.dataset.show ?? ""]);
}

function expired(state) {
  state.dirty = true;
  for (const each of states.values()) if (each.dirty) [each.blocked, each.why] = [true, ["expired", ""]];
  sayExpired();
  clearTimeout(sessionTimer);
  sessionTimer = setTimeout(renew, 3000);
}

function sayExpired(sentence = "") {
  say("expired", { n: open().length, sentence }, [location.href, status?.dataset.signIn ?? ""]); // opening the page again leads through sign-in
}

// Asks who is signed in here by now. The same person: their token goes into every form, and what waited is sent.
async function renew() {
  clearTimeout(sessionTimer);
  const stopped = open().filter((state) => state.why[0] === "expired" && state.blocked);
  if (!stopped.length || !status?.dataset.session) return;
  try {
    const answer = await fetch(status.dataset.session, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    const session = answer.ok ? await answer.json() : {};
    if (String(session.person ?? "") === owner) {
      fresh = session.csrf_token;
      for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = fresh;
      document.dispatchEvent(new CustomEvent("autosave:renewed", { detail: fresh })); // for who keeps forms beside the page
      for (const state of stopped) state.blocked = false;
      return flush();
    }
    if (session.name) sayExpired((status.dataset.other ?? "").replace("{name}", session.name));
  } catch {
    // the line is down as well: asked again
  }
  sessionTimer = setTimeout(renew, 5000);
}

function later(kind) {
  say(kind, { n: open().length });
  clearTimeout(retryTimer);
  retryTimer = setTimeout(run, retryIn);
  retryIn = Math.min(retryIn * 2, 60000);
}

async function run() {
  if (sending) return sending;
  clearTimeout(retryTimer);
  sending = (async () => {
    for (;;) {
      const state = queue.shift() ?? null;
      if (!state) break;
      if (state.dirty && !state.blocked) await send(state);
      if (state.dirty && !state.blocked && retryIn > 2000) {
        queue.unshift(state); // the line is down: keep the order, try again later
        break;
      }
    }
  })();
  try {
    await sending;
  } finally {
    sending = null;
  }
}

function plan(state, delay) {
  clearTimeout(state.timer);
  state.timer = setTimeout(() => {
    if (!queue.includes(state)) queue.push(state);
    run();
  }, delay);
}

function changed(form, delay) {
  const state = stateOf(form);
  state.changes += 1;
  state.dirty = true;
  [state.blocked, state.errors] = [false, null]; // a new attempt, also after a refusal
  form.dataset.unsaved = ""; // for the style sheets
  remember(state);
  if (delay !== null) plan(state, delay);
  if (!sending) say("typing");
}

function stateOf(form) {
  const key = keyOf(form);
  if (!states.has(key)) states.set(key, newState(key, form, form.action, location.href, ""));
  const state = states.get(key);
  state.form = form; // a fragment may have brought the form anew
  return state;
}

// Sends what is still open and waits for what is on its way; resolves when done or after `limit` milliseconds.
async function flush(limit = 3000) {
  for (const state of open()) {
    clearTimeout(state.timer);
    if (!state.blocked && !queue.includes(state)) queue.push(state);
  }
  await Promise.race([run(), new Promise((done) => setTimeout(done, limit))]);
}

// ---- what starts it ----

document.addEventListener("input", (event) => {
  const { form, type, tagName } = event.target;
  if (form?.matches("[data-autosave]") && type !== "file") changed(form, tagName === "TEXTAREA" ? 2000 : null);
});
document.addEventListener("change", (event) => {
  const { form, type } = event.target;
  if (!form?.matches("[data-autosave]") || type === "file") return;
  const state = stateOf(form);
  if (state.dirty || state.saved !== figuresOf(form)) changed(form, 200); // leaving a field that a button has already saved is no change
});

// A link or another form waits for what is pending, so that the next page already knows it.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target || link.hasAttribute("download")) return;
  if (link.closest("[data-autosave-status]")) leaving = true; // what is pending lies in localStorage
  if (!waiting() || link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  await flush();
  location.href = link.href;
});
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (leaving || event.defaultPrevented) return;
  const own = form.matches("[data-autosave]");
  const fill = own && form.elements.namedItem(event.submitter?.dataset.autosaveFill ?? "");
  if (fill) {
    event.preventDefault();
    fill.value = event.submitter.value;
    changed(form, 0);
  } else if (own && !event.submitter?.name) {
    event.preventDefault(); // Enter, or the plain save button: save here, stay here
    changed(form, 0);
  } else if (waiting()) {
    event.preventDefault();
    await flush();
    leaving = true;
    form.requestSubmit(event.submitter ?? undefined);
  }
});
addEventListener("beforeunload", (event) => {
  if (!leaving && (sending || open().some((state) => state.form || !settled(state)))) event.preventDefault(); // of what other pages refused, they have told
});
function again() {
  retryIn = 2000;
  if (open().some((state) => state.blocked && state.why[0] === "expired")) renew();
  flush();
}
addEventListener("online", again);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && open().length) again(); // back from another tab, where somebody has signed in perhaps
});

// ---- what was left from last time ----

function fill(form, body) {
  const values = new URLSearchParams(body);
  form.dispatchEvent(new CustomEvent("autosave:filling", { bubbles: true, detail: values }));
  for (const field of form.elements) {
    if (!field.name || field.name === "csrf_token" || field.type === "file") continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.getAll(field.name).includes(field.value);
    else if (values.has(field.name)) field.value = values.get(field.name);
  }
}

function restore() {
  const forms = new Map([...document.querySelectorAll("form[data-autosave]")].map((form) => [keyOf(form), form]));
  let left = 0;
  for (let i = 0; i < localStorage.length; i += 1) {
    const key = localStorage.key(i);
    if (!key.startsWith(prefix)) continue;
    let kept;
    try {
      kept = JSON.parse(localStorage.getItem(key));
    } catch {
      continue;
    }
    const form = forms.get(key) ?? null;
    if (form && bodyOf(form) === kept.body) continue;
    if (form) fill(form, kept.body);
    const state = Object.assign(newState(key, form, kept.action, kept.page, kept.body), { dirty: true, name: kept.name ?? "", errors: kept.errors ?? null });
    state.blocked = Boolean(state.errors);
    states.set(key, state);
    if (form) form.dataset.unsaved = "";
    if (form && state.errors) showErrors(form, state.errors);
    if (!state.blocked) left += 1;
  }
  if (left) say("restored", { n: left });
  else if (open().length) sayRefused(open()[0]);
  flush();
}

// Forms that came into the page later: what is still unsent for them stands in them again.
function adopt(root) {
  for (const form of root.querySelectorAll("form[data-autosave]")) {
    const state = states.get(keyOf(form));
    if (!state?.dirty || state.form === form) continue;
    fill(form, state.body);
    state.form = form;
    form.dataset.unsaved = "";
    if (state.blocked && state.why[0] === "expired") continue;
    if (settled(state)) {
      showErrors(form, state.errors);
      continue;
    }
    state.blocked = false; // sent again, so that the other version is shown in the form
    plan(state, 0);
  }
}
document.addEventListener("row:opened", (event) => adopt(event.target));

if (owner && status) {
  document.addEventListener("DOMContentLoaded", () => { // the other scripts of the page are there by then
    try {
      restore();
    } catch {
      // no localStorage in this browser
    }
  });
}
