/* Signalbox: small comforts over pages that work without them. Nothing here sends, approves or deletes. */
(function () {
  "use strict";

  const root = document.documentElement;
  root.classList.add("js");

  const $ = (selector, from) => (from || document).querySelector(selector);
  const $$ = (selector, from) => Array.from((from || document).querySelectorAll(selector));

  /* A single polite place for what happened; at most one message in ten seconds. */
  const voice = document.createElement("p");
  voice.className = "vh";
  voice.setAttribute("aria-live", "polite");
  document.body.append(voice);
  let spoken = 0;
  function say(text, always) {
    const now = Date.now();
    if (!always && now - spoken < 10000) return;
    spoken = now;
    voice.textContent = text;
  }

  /* ---- copy ---- */

  function useIcon(button, name) {
    const use = $("use", button);
    if (use) use.setAttribute("href", "#i-" + name);
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
    } catch (refused) {
      say("The browser did not allow copying.", true);
      return;
    }
    useIcon(button, "done");
    say("Copied " + button.dataset.copy, true);
    setTimeout(() => useIcon(button, "copy"), 1500);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    const menu = $("details.menu[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
  });

  /* ---- a form is sent once ---- */

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    /* After this turn, so that the pressed button still travels with the form. */
    setTimeout(() => $$("button[type=submit]", form).forEach((b) => b.setAttribute("aria-disabled", "true")), 0);
  });

  /* A page taken from the history is a fresh one. */
  window.addEventListener("pageshow", () => {
    $$("form[data-once]").forEach((form) => {
      delete form.dataset.sent;
      $$("button[type=submit]", form).forEach((b) => b.removeAttribute("aria-disabled"));
    });
  });

  /* ---- empty filters stay out of the address ---- */

  $$("[data-filters] form").forEach((form) => form.addEventListener("submit", () => {
    const empty = $$("input[name], select[name]", form).filter((field) => field.value === "");
    empty.forEach((field) => { field.disabled = true; });
    setTimeout(() => empty.forEach((field) => { field.disabled = false; }), 0);
  }));

  /* ---- ages ---- */

  const drift = Date.now() - Date.parse(($(".clock time") || {}).dateTime || new Date().toISOString());

  function age(ms) {
    const s = Math.max(0, Math.floor(ms / 1000));
    const two = (a, ua, b, ub) => a + "\u00a0" + ua + (b ? "\u00a0" + b + "\u00a0" + ub : "");
    if (s < 60) return s + "\u00a0s";
    if (s < 3600) return two(Math.floor(s / 60), "min", s % 60, "s");
    if (s < 172800) return two(Math.floor(s / 3600), "h", Math.floor(s / 60) % 60, "min");
    return two(Math.floor(s / 86400), "d", Math.floor(s / 3600) % 24, "h");
  }

  setInterval(() => {
    if (document.hidden) return;
    $$("time[data-ago]").forEach((time) => { time.textContent = age(Date.now() - drift - Date.parse(time.dateTime)); });
  }, 1000);

  /* ---- regions that fetch themselves again ---- */

  /* Nothing is swapped under a person's hands: while a field is filled in, a part is open or text is marked. */
  function busy(region) {
    const here = region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
    return here || Boolean($("details[open]", region)) || String(window.getSelection()).length > 0;
  }

  function stale(region, since) {
    const notice = $("#stale");
    if (!since || notice) {
      if (notice && !since) notice.remove();
      return;
    }
    const box = document.createElement("div");
    box.id = "stale";
    box.className = "notice notice--blue";
    box.setAttribute("role", "status");
    const strong = document.createElement("b");
    strong.textContent = "Live updates stopped at " + since + ".";
    const text = document.createElement("p");
    text.append(strong, " The page shows what was true then. It reconnects by itself.");
    box.append(document.createElement("span"), text);
    region.before(box);
  }

  const rowKey = (row) => row.dataset.id || (opener(row) || {}).href || "";

  /* The selected row, the focused link and the sideways position survive a swap. */
  function swap(region, next) {
    const chosen = $("tr[aria-selected=true]", region);
    const key = chosen ? rowKey(chosen) : "";
    const focus = region.contains(document.activeElement) ? document.activeElement.getAttribute("href") : "";
    const left = $$(".scroll", region).map((box) => box.scrollLeft);
    region.replaceChildren(...next.childNodes);
    $$(".scroll", region).forEach((box, i) => { box.scrollLeft = left[i] || 0; });
    const row = key && $$("tr", region).find((one) => rowKey(one) === key);
    if (row) row.setAttribute("aria-selected", "true");
    const link = focus && $('a[href="' + CSS.escape(focus) + '"]', region);
    if (link) link.focus({ preventScroll: true });
  }

  function markNew(region, next) {
    const known = new Set($$("tr[data-id]", region).map((row) => row.dataset.id));
    const fresh = $$("tr[data-id]", next).filter((row) => !known.has(row.dataset.id));
    fresh.slice(0, 20).forEach((row) => row.classList.add("is-new"));
    return fresh.length;
  }

  const clock = () => new Date().toLocaleTimeString("en-ZA", { hour12: false });
  const idleAfter = 14 * 60 * 1000;
  let good = clock();
  let touched = Date.now();
  ["pointerdown", "keydown", "scroll"].forEach((name) => document.addEventListener(name, () => { touched = Date.now(); }, { passive: true, capture: true }));

  /* Nobody at the desk: the page stops asking, so that the session can end as it should. */
  async function refresh(region, live) {
    if (document.hidden || busy(region) || Date.now() - touched > idleAfter) return;
    let page;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error", headers: { "X-Requested-With": "refresh" } });
      if (!answer.ok) throw new Error(String(answer.status));
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.getElementById(region.id)) throw new Error("gone");
    } catch (failed) {
      stale(region, good);
      return;
    }
    if (busy(region)) return;
    const fresh = live ? markNew(region, page.getElementById(region.id)) : 0;
    [region, $("#lede"), $("#nav")].forEach((part) => {
      const next = part && page.getElementById(part.id);
      if (next) swap(part, next);
    });
    good = clock();
    stale(region, "");
    if (fresh) say(fresh + " new");
  }

  $$("[data-refresh]").forEach((region) => setInterval(() => refresh(region, false), 1000 * Number(region.dataset.refresh)));

  $$("[data-live]").forEach((button) => {
    const region = document.getElementById(button.dataset.live);
    if (!region) return;
    let timer = 0;
    button.hidden = false;
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      clearInterval(timer);
      if (on) {
        refresh(region, true);
        timer = setInterval(() => refresh(region, true), 2000);
      }
      say(on ? "Live tail is on" : "Live tail is off", true);
    });
  });

  /* ---- a link to a message opens it ---- */

  function unfold() {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target && target.matches("details")) target.open = true;
  }
  window.addEventListener("hashchange", unfold);
  unfold();

  /* ---- keys ---- */

  const store = {
    get off() { try { return localStorage.getItem("signalbox-keys") === "off"; } catch (e) { return false; } },
    set off(value) { try { localStorage.setItem("signalbox-keys", value ? "off" : "on"); } catch (e) { /* not kept */ } },
  };

  const toggle = $("[data-keys-switch]");
  if (toggle) {
    const box = $("input", toggle);
    toggle.hidden = false;
    box.checked = !store.off;
    box.addEventListener("change", () => { store.off = !box.checked; });
  }

  const rows = () => $$("table[data-rows] tbody tr").filter((row) => opener(row));
  const opener = (row) => $("a.row, a[data-open], a", row);

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.getAttribute("aria-selected") === "true");
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step))];
    all.forEach((row) => row.removeAttribute("aria-selected"));
    next.setAttribute("aria-selected", "true");
    opener(next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function selected() { return rows().find((row) => row.getAttribute("aria-selected") === "true"); }

  function follow(link) { if (link) link.click(); return Boolean(link); }

  function focusOn(field) {
    if (!field) return false;
    field.focus();
    if (field.select) field.select();
    return true;
  }

  function copyRow() {
    const row = selected();
    const id = row && (row.dataset.id || (($("[data-copy]", row) || {}).dataset || {}).copy);
    if (!id) return false;
    navigator.clipboard.writeText(id).then(() => say("Copied " + id, true), () => say("The browser did not allow copying.", true));
    return true;
  }

  const actions = {
    "/": () => focusOn($("#find")),
    f: () => focusOn($("[data-filters] select, [data-filters] input")),
    j: () => { move(1); return true; },
    k: () => { move(-1); return true; },
    c: copyRow,
    "[": () => follow($("[data-page=prev]")),
    "]": () => follow($("[data-page=next]")),
    "?": () => { location.assign("/keys"); return true; },
  };

  let going = 0;

  function leave(event) {
    $$("details.menu[open]").forEach((menu) => { menu.open = false; $("summary", menu).focus(); });
    if (event.target.matches("input, select, textarea")) event.target.blur();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return leave(event);
    if (event.ctrlKey || event.metaKey || event.altKey || store.off) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    if (event.key === "Enter") {
      if (!event.target.closest("a, button, summary") && selected()) follow(opener(selected()));
      return;
    }
    let done = false;
    if (going && Date.now() - going < 1500) {
      done = follow($('[data-go="' + CSS.escape(event.key) + '"]'));
      going = 0;
    } else if (event.key === "g") {
      going = Date.now();
      done = true;
    } else if (Object.hasOwn(actions, event.key)) {
      done = actions[event.key]();
    }
    if (done) event.preventDefault();
  });
})();
