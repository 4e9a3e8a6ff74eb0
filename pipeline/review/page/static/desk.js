// The desk's only script: asks for parts of the page again, counts marked offsets in code points, and answers keys.
// Everything it shows was made and escaped by the server; a decision counts when the server says that it is on the disk.
"use strict";

const token = document.querySelector("meta[name=form-token]").content;
const $ = (selector, root = document) => root.querySelector(selector);
const filters = $("#filters");
const MARKS = { b: "bearer", t: "counterparty", d: "action", i: "condition", w: "deadline" };
const LISTS = { h: "hedge", r: "instruments", q: "quantities" };
let busy = false;
let asked = 0;

function say(text, bad = false) {
  const said = $("#said");
  said.textContent = text;
  said.classList.toggle("bad", bad);
}

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

async function get(path) {
  const answer = await fetch(path, { credentials: "same-origin" });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text.trim());
  return text;
}

async function post(path, values) {
  const answer = await fetch(path, {
    method: "POST", credentials: "same-origin", body: new URLSearchParams(values), headers: { "X-Form-Token": token },
  });
  const text = await answer.text();
  let data = {};
  try { data = JSON.parse(text); } catch { data = { error: text.trim() }; }
  if (!answer.ok) throw new Error(data.error || text);
  return data;
}

// --- the queue ---

function parameters() {
  const values = new URLSearchParams();
  for (const [name, value] of new FormData(filters)) if (value) values.set(name, value);
  return values;
}

async function refilter() {
  const mine = ++asked;
  const values = parameters();
  const html = await get("/queue?" + values);
  if (mine !== asked) return;
  $("#queue").replaceChildren(fragment(html));
  $("#queue").scrollTop = 0;
  history.replaceState(null, "", "/?" + values);
  const first = $(".entry");
  if (first) await open(first.dataset.id);
  else $("#work").replaceChildren(fragment("<p class='empty'>No row fits. <span lang='zh'>没有符合的行。</span></p>"));
  watch();
}

async function more() {
  const lists = document.querySelectorAll(".entries");
  const last = lists[lists.length - 1];
  const next = last && last.dataset.next;
  if (!next || next === "0") return false;
  last.dataset.next = "0";
  const values = parameters();
  values.set("offset", next);
  const made = fragment(await get("/queue?" + values));
  const known = new Set([...document.querySelectorAll(".entry")].map((entry) => entry.dataset.id));
  const list = $(".entries", made);
  for (const entry of [...list.children]) if (known.has(entry.dataset.id)) entry.remove();
  $("#queue").append(list);
  watch();
  return true;
}

const sight = new IntersectionObserver((seen) => { if (seen.some((entry) => entry.isIntersecting)) more(); }, { root: $("#queue") });
function watch() {
  sight.disconnect();
  const entries = document.querySelectorAll(".entry");
  if (entries.length) sight.observe(entries[entries.length - 1]);
}

function current() {
  const middle = $("#middle");
  return middle ? middle.dataset.id : "";
}

function point(id) {
  for (const old of document.querySelectorAll(".entry.current")) old.classList.remove("current");
  const entry = document.getElementById("entry-" + id);
  if (entry) { entry.classList.add("current"); entry.scrollIntoView({ block: "nearest" }); }
}

async function open(id) {
  const html = await get("/row/" + encodeURIComponent(id));
  $("#work").replaceChildren(fragment(html));
  point(id);
  ready();
}

async function step(by) {
  const entries = [...document.querySelectorAll(".entry")];
  const at = entries.findIndex((entry) => entry.dataset.id === current());
  let to = entries[at + by];
  if (!to && by > 0 && (await more())) to = [...document.querySelectorAll(".entry")][at + by];
  if (to) await open(to.dataset.id);
}

// --- marking text ---

const points = (text) => [...text].length;

function marked() {
  const text = $("#text");
  const selection = getSelection();
  if (!text || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.startContainer) || !text.contains(range.endContainer)) return null;
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  let start = points(before.toString());
  let words = range.toString();
  const lead = words.length - words.trimStart().length;
  start += points(words.slice(0, lead));
  words = words.trim();
  return { start, end: start + points(words), words };
}

function put(name) {
  const mark = marked();
  const field = $("#slots [name=" + name + "]");
  if (!mark || !mark.words) { say("mark words of the passage first", true); return; }
  if (Object.values(LISTS).includes(name)) {
    const parts = field.value.split(";").map((part) => part.trim()).filter(Boolean);
    if (!parts.includes(mark.words)) parts.push(mark.words);
    field.value = parts.join("; ");
  } else {
    field.value = mark.words;
    $("#slots [name=place-" + name + "]").value = mark.start + "," + mark.end;
  }
  field.classList.add("changed");
  say(name + ": " + mark.words.slice(0, 40));
}

function caret() {
  const text = $("#text");
  if (!text) return;
  text.focus();
  const first = document.createTreeWalker(text, NodeFilter.SHOW_TEXT).nextNode();
  if (first) getSelection().setBaseAndExtent(first, 0, first, 0);
}

// --- decisions ---

async function decide(action) {
  const form = $("#slots");
  if (!form || busy) return;
  const middle = $("#middle");
  const values = { do: action, statement: middle.dataset.id, note: form.elements.note.value };
  const mark = marked();
  if (action === "split") {
    if (!mark) { say("put the cursor where the second statement begins", true); return; }
    values.stretch = mark.start + "," + Math.max(mark.end, mark.start + 1);
  }
  if (action === "merge") {
    const entries = middle.dataset.siblings.split(" ").filter(Boolean);
    if (!entries.length) { say("no other statement stands in this passage", true); return; }
    values.other = entries[0];
  }
  if (action === "add") {
    if (!mark || !mark.words) { say("mark the words of the statement first", true); return; }
    values.stretch = mark.start + "," + mark.end;
    values.passage = middle.dataset.passage;
    values.force = form.elements.force.value;
    if (!middle.dataset.id) collect(form, values, true);
  }
  if (action === "correct") collect(form, values, false);
  await send("/decide", values, action);
}

// Only what a person touched is sent: what follows from the force is the server's to say.
function collect(form, values, filled) {
  for (const field of form.elements) {
    if (!field.name || field.name === "note" || (field.type === "radio" && !field.checked)) continue;
    if (field.name.startsWith("place-")) { values[field.name] = field.value; continue; }
    const touched = field.type === "radio" ? !field.defaultChecked
      : field.tagName === "SELECT" ? !field.selectedOptions[0].defaultSelected : field.value !== field.defaultValue;
    if (touched && (!filled || field.value)) values[field.name] = field.value;
  }
}

async function send(path, values, action) {
  busy = true;
  say("…");
  try {
    const data = await post(path, values);
    for (const [id, html] of Object.entries(data.entries)) {
      const old = document.getElementById("entry-" + id);
      const fresh = fragment(html);
      if (old) old.replaceWith(fresh);
      else {
        const at = document.getElementById("entry-" + current());
        if (at) at.after(fresh); else $(".entries").prepend(fresh);
      }
    }
    for (const id of data.gone) { const old = document.getElementById("entry-" + id); if (old) old.remove(); }
    const { decided, all, conflicts } = data.progress;
    $("#progress").textContent = decided + " / " + all + (conflicts ? " · " + conflicts + " conflicts" : "");
    $("#bar").max = all || 1;
    $("#bar").value = decided;
    const went = ["accept", "correct", "reject"].includes(action);
    if (went) await step(1);
    if (!went || current() === values.statement) {
      const id = action === "undo" ? data.saved.find((key) => data.entries[key]) : action === "add" ? data.saved[0] : current();
      if (id) await open(id);
    }
    point(current());
    say(action === "undo" ? (data.saved.length ? "taken back 已撤销" : "nothing to take back") : "saved 已保存");
  } catch (error) {
    say(error.message, true);
  } finally {
    busy = false;
  }
}

function act(name) {
  if (name === "undo") return send("/undo", {}, "undo");
  if (name === "help") {
    const help = $("#help");
    help.hidden = !help.hidden;
    $("[data-do=help]").setAttribute("aria-expanded", String(!help.hidden));
    return undefined;
  }
  if (name === "note" && !$("#slots").elements.note.value) { $("#slots").elements.note.focus(); return undefined; }
  return decide(name);
}

const KEYS = { y: "accept", s: "correct", x: "reject", u: "undo", p: "split", m: "merge", a: "add", n: "note", "?": "help" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const at = event.target;
  if (event.key === "Escape") { at.blur(); getSelection().removeAllRanges(); return; }
  const typing = at.matches("textarea, select, input:not([type=radio])");
  if (typing) {
    if (event.key === "Enter" && at.name === "note" && !event.shiftKey) { event.preventDefault(); act("note"); }
    return;
  }
  const key = event.key;
  const done = () => event.preventDefault();
  if (key === "j" || key === "k") { done(); step(key === "j" ? 1 : -1); }
  else if (key === "/") { done(); filters.elements.q.focus(); }
  else if (key === "v") { done(); caret(); }
  else if (key === "[" || key === "]") { done(); moveMark(key === "]"); }
  else if (MARKS[key]) { done(); put(MARKS[key]); }
  else if (LISTS[key]) { done(); put(LISTS[key]); }
  else if (/^[1-8]$/.test(key) && $("#slots")) {
    done();
    const radio = document.querySelectorAll("#slots [name=force]")[Number(key) - 1];
    radio.checked = true;
    say(radio.value);
  } else if (KEYS[key]) { done(); act(KEYS[key]); }
  else if (at.id === "text" && key.startsWith("Arrow") && event.shiftKey) {
    done();
    getSelection().modify("extend", key === "ArrowLeft" || key === "ArrowUp" ? "backward" : "forward",
      key === "ArrowUp" || key === "ArrowDown" ? "word" : "character");
  }
});

function moveMark(forward) {
  const text = $("#text");
  if (!text.contains(getSelection().anchorNode)) caret();
  getSelection().modify("move", forward ? "forward" : "backward", text.lang === "zh" ? "character" : "word");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) { act(button.dataset.do); return; }
  const entry = event.target.closest(".entry a");
  if (entry && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    open(entry.parentElement.dataset.id).catch((error) => say(error.message, true));
  }
  const link = event.target.closest("[data-passage-link]");
  if (link) {
    event.preventDefault();
    get("/passage/" + link.dataset.passageLink).then((html) => { $("#work").replaceChildren(fragment(html)); ready(); });
  }
});

// A click on a button must not take the mark away from the text.
document.addEventListener("mousedown", (event) => { if (event.target.closest("[data-do]")) event.preventDefault(); });

document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.closest("#slots")) return;
  field.classList.add("changed");
  const place = field.name && $("#slots [name=place-" + field.name + "]");
  if (place) place.value = "";
});

// What is marked as one's slot is shown as it is typed; a date left half filled in is said at once, not when it is lost.
function ready() {
  for (const area of document.querySelectorAll("#slots textarea")) {
    if (!CSS.supports("field-sizing", "content")) area.rows = Math.min(4, 1 + Math.floor(area.value.length / 60));
  }
}

let timer = 0;
filters.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => refilter().catch((error) => say(error.message, true)), 180);
});
filters.addEventListener("submit", (event) => { event.preventDefault(); refilter(); });
$("#reviewer").addEventListener("change", async (event) => {
  try {
    const data = await post("/reviewer", { name: event.target.value });
    say("reviewer: " + data.reviewer);
  } catch (error) { say(error.message, true); }
});

if (current()) point(current());
watch();
ready();
