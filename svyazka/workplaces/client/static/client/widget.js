// The form of a site, and the button that asks to be rung back: one tag in somebody else's page. Without dependencies;
// nothing of that page's styles comes in, and nothing of ours goes out. What a visitor has sent is kept in his browser
// until our door has taken it; under one number it is one request, however often it is sent.
(() => {
  "use strict";
  const C = __CONFIG__;
  const tag = document.currentScript, page = document.documentElement, own = "svyazka:" + C.key;
  if (window[own]) return;
  const address = new URL("/in/form/" + C.key + "/", (tag && tag.src) || location.href).href;
  const en = C.only ? C.only === "en" : /^en/i.test(page.lang), T = C.texts[en ? "en" : "ru"], W = C.words[en ? "en" : "ru"];
  const LABELS = {
    name: [W.name, "name", "text"],
    phone: [W.phone, "tel", "tel"],
    email: [W.email, "email", "email"],
    address: [W.address, "street-address", "text"],
    openings: [W.openings, "off", "number"],
    message: [W.message, "off", "area"],
  };

  const el = (name, given, ...inner) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(given || {})) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (value === true) made.setAttribute(key, "");
      else if (value !== false && value != null) made.setAttribute(key, value);
    }
    made.append(...inner.filter(one => one != null));
    return made;
  };
  const kept = (box, name, value) => {
    try {
      if (value === undefined) return box.getItem(name);
      box.setItem(name, value);
    } catch (closed) {} // a browser that keeps nothing for others
    return null;
  };
  const cookie = name => (document.cookie.match("(?:^|; )" + name + "=([^;]*)") || [])[1];

  // Where he came from is remembered for as long as he stays: he may go from page to page before he asks.
  const first = JSON.parse(kept(sessionStorage, "svyazka:first") || "null") ||
    { landing: location.href, referrer: document.referrer };
  kept(sessionStorage, "svyazka:first", JSON.stringify(first));
  const marks = () => {
    const found = { page: location.href, landing: first.landing, referrer: first.referrer };
    for (const from of [first.landing, location.href])
      new URL(from).searchParams.forEach((value, name) => {
        if (/^utm_|^yclid$|^roistat$/.test(name)) found[name] = value;
      });
    found._ym_uid = cookie("_ym_uid") || "";
    found.roistat = cookie("roistat_visit") || found.roistat || "";
    return found;
  };

  // What has not been taken yet.
  const waiting = () => { try { return JSON.parse(kept(localStorage, own)) || []; } catch (broken) { return []; } };
  const put = list => kept(localStorage, own, JSON.stringify(list));
  const forget = id => put(waiting().filter(one => one.id !== id));
  const post = async one => {
    if (C.preview) return { ok: true };
    try {
      const headers = { "Content-Type": "text/plain;charset=UTF-8", "Accept-Language": en ? "en" : "ru" };
      const answer = await fetch(address, { method: "POST", body: one.body, headers, keepalive: true, credentials: "omit" });
      if (answer.status === 429 || answer.status >= 500) return null;
      forget(one.id);
      return await answer.json();
    } catch (unreached) {
      return null;
    }
  };
  let pause = 5000, timer = 0;
  const again = async () => {
    clearTimeout(timer);
    const due = waiting().filter(one => Date.now() - one.at < 7 * 864e5);
    for (const one of due) if (!(await post(one))) {
      timer = setTimeout(again, pause = Math.min(pause * 2, 3e5));
      return;
    }
    pause = 5000;
    if (!due.length) put([]);
  };

  // When to ring: within the company's hours, by the visitor's own clock.
  const minutes = at => {
    const said = new Intl.DateTimeFormat("en-GB", { timeZone: C.zone, weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
      .formatToParts(at).reduce((all, one) => ({ ...all, [one.type]: one.value }), {});
    return [/^S/.test(said.weekday) ? C.hours.weekend : C.hours.week, said.hour * 60 + +said.minute];
  };
  const isOpen = at => { const [[from, till], now] = minutes(at); return from <= now && now < till; };
  const times = () => {
    const now = new Date(), found = isOpen(now) ? [["now", W.soon]] : [];
    const at = new Date(now);
    at.setMinutes(60, 0, 0);
    for (let hour = 0; hour < 96 && found.length < 13; hour++, at.setHours(at.getHours() + 1)) {
      if (!isOpen(at)) continue;
      const days = Math.round((new Date(at).setHours(12) - new Date(now).setHours(12)) / 864e5);
      const day = [W.today, W.tomorrow][days] ||
        at.toLocaleDateString(en ? "en-GB" : "ru", { weekday: "short", day: "numeric", month: "short" });
      found.push([at.toISOString(), day + ", " + at.toLocaleTimeString(en ? "en-GB" : "ru", { hour: "2-digit", minute: "2-digit" })]);
    }
    return found;
  };

  // +7 916 123-45-67 while it is typed at the end; whoever deletes, corrects inside or has a foreign number is left alone.
  const tidy = event => {
    const box = event.target, value = box.value;
    if (/^delete/.test(event.inputType || "") || box.selectionStart !== value.length || !/^(\+?7|8|9)/.test(value)) return;
    let digits = value.replace(/\D/g, "");
    digits = value[0] === "9" ? digits : digits.slice(1);
    if (digits.length > 10) return;
    const parts = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 8), digits.slice(8)].filter(Boolean);
    box.value = "+7" + (parts.length ? " " + parts.slice(0, 2).join(" ") + parts.slice(2).map(one => "-" + one).join("") : "");
  };

  // Yandex SmartCaptcha, only where the company has switched it on. If it does not load, the request goes without.
  let asked = null;
  const captcha = () => asked ||= new Promise(done => {
    const place = document.body.appendChild(el("div"));
    const ready = () => {
      const id = window.smartCaptcha.render(place, { sitekey: C.captcha, invisible: true, callback: token => { asked = null; place.remove(); done(token); } });
      window.smartCaptcha.execute(id);
    };
    if (window.smartCaptcha) return ready();
    window.svyazkaCaptcha = ready;
    document.head.append(el("script", { src: "https://smartcaptcha.cloud.yandex.ru/captcha.js?render=onload&onload=svyazkaCaptcha", async: true, onerror: () => done("") }));
    setTimeout(() => done(""), 60000);
  });

  const consent = (name, given, label, must) => {
    if (!given) return [];
    const words = given.words[en ? "en" : "ru"] || given.words.ru;
    const error = el("span", { class: "error", id: "e-" + name });
    return [el("div", { class: "agree" },
      el("label", { class: "tick" }, el("input", { type: "checkbox", name, required: must, "aria-describedby": "e-" + name }), el("span", null, label)),
      error,
      el("details", null, el("summary", null, W.what), el("p", null, words)))];
  };

  const form = done => {
    let began = 0;
    const status = el("p", { class: "status", role: "status" });
    const fields = C.fields.map(([name, must]) => {
      const [label, complete, type] = LABELS[name];
      const given = { id: "f-" + name, name, autocomplete: complete, required: must, "aria-describedby": "e-" + name };
      const box = type === "area" ? el("textarea", { ...given, rows: 3, maxlength: 3000 })
        : el("input", { ...given, type, maxlength: 200, min: type === "number" ? 0 : null, max: type === "number" ? 999 : null });
      if (name === "phone") { box.addEventListener("input", tidy); box.placeholder = "+7"; }
      return el("div", null, el("label", { for: given.id }, label + (must ? "" : W.optional)), box,
        el("span", { class: "error", id: "e-" + name }));
    });
    const when = C.call && el("div", null, el("label", { for: "f-call" }, W.when),
      el("select", { id: "f-call", name: "_call" }, ...times().map(([value, label]) => el("option", { value }, label))));
    const send = el("button", { class: "send" }, T.button);
    const mark = (box, words) => {
      const place = made.querySelector("#e-" + box.name);
      if (!place) return;
      place.textContent = words;
      box.setAttribute("aria-invalid", String(!!words));
    };
    const faults = () => {
      const found = {}, wrong = {
        phone: box => box.value.replace(/\D/g, "").length < 10 && W.not_a_phone,
        email: box => !/^\S+@\S+\.\S+$/.test(box.value) && W.not_an_email,
      };
      for (const box of made.elements) {
        if (!box.name) continue;
        const empty = box.type === "checkbox" ? !box.checked : !box.value.trim();
        if (box.required && empty) found[box.name] = box.type === "checkbox" ? W.must_agree : W.empty;
        else if (!empty && wrong[box.name]) found[box.name] = wrong[box.name](box) || "";
      }
      return found;
    };
    const show = found => {
      for (const box of made.elements) if (box.name) mark(box, found[box.name] || "");
      const at = [...made.elements].find(box => found[box.name]);
      if (at) at.focus();
      return !!at;
    };
    const made = el("form", { novalidate: true, oninput: () => { began ||= Date.now(); }, onsubmit: async event => {
      event.preventDefault();
      if (send.disabled || show(faults())) return;
      send.disabled = true;
      status.textContent = W.sending;
      const said = { request_id: Date.now().toString(36) + Math.random().toString(36).slice(2), ...marks(),
        _seconds: began ? Math.round((Date.now() - began) / 1000) : 0, language: en ? "en" : "ru" };
      for (const box of made.elements) if (box.name) {
        const value = box.type === "checkbox" ? box.checked : box.value.trim();
        if (value) said[box.name === "website" ? "_trap" : box.name] = value;
      }
      if (said.consent) said._consent_version = C.consent.version;
      if (said.advertising) said._advertising_version = C.advertising.version;
      if (C.captcha && !C.preview) said["smart-token"] = await captcha();
      const one = { id: said.request_id, at: Date.now(), body: JSON.stringify(said) };
      if (!C.preview) put([...waiting(), one]);
      const answer = await post(one);
      send.disabled = false;
      status.textContent = "";
      if (answer && !answer.ok) {
        if (!show(answer.fields || {})) status.textContent = answer.message;
        return;
      }
      if (!answer) timer = setTimeout(again, pause);
      document.dispatchEvent(new CustomEvent("svyazka:sent", { detail: { key: C.key, kept: !answer } }));
      const words = answer ? T.thanks : W.kept;
      const thanks = el("div", { class: "thanks", tabindex: "-1", role: "status" }, el("span", { class: "mark", "aria-hidden": "true" }, answer ? "✓" : "…"), el("p", null, words));
      made.replaceWith(thanks);
      thanks.focus();
      if (done) done();
    } }, ...fields, when,
      el("div", { class: "trap", "aria-hidden": "true" }, el("label", null, "Website", el("input", { name: "website", tabindex: "-1", autocomplete: "off" }))),
      ...consent("consent", C.consent, W.consent, true),
      ...consent("advertising", C.advertising, W.advertising, false),
      send, status);
    return made;
  };

  const into = host => {
    const root = host.attachShadow({ mode: "open" });
    if (root.adoptedStyleSheets) {
      const sheet = new CSSStyleSheet(); // not stopped by a page that forbids inline styles
      sheet.replaceSync(C.css);
      root.adoptedStyleSheets = [sheet];
    } else root.append(el("style", null, C.css));
    return root;
  };
  const head = level => [el(level, { id: "title" }, T.title), T.intro ? el("p", { class: "intro" }, T.intro) : null];

  const begin = () => {
    for (const place of document.querySelectorAll("[data-svyazka]")) {
      if (place.shadowRoot || (place.dataset.svyazka && place.dataset.svyazka !== C.key)) continue;
      into(place).append(el("section", { class: "card", "aria-labelledby": "title", lang: en ? "en" : "ru" }, ...head("h2"), form()));
    }
    const host = document.body.appendChild(el("svyazka-widget")), root = into(host);
    let sent = true;
    const body = el("div");
    const dialog = el("dialog", { "aria-labelledby": "title", lang: en ? "en" : "ru", onclick: event => { if (event.target === dialog) dialog.close(); } },
      el("div", { class: "card" }, el("button", { class: "close", type: "button", "aria-label": W.close, onclick: () => dialog.close() }, "×"), ...head("h2"), body));
    const open = () => {
      if (sent) body.replaceChildren(form(() => { sent = true; }));
      sent = false;
      if (!dialog.open) dialog.showModal();
      const box = body.querySelector("input,textarea,select");
      if (box && matchMedia("(hover:hover)").matches) box.focus(); // on a phone the keyboard would cover what is asked
    };
    root.append(dialog);
    const path = location.pathname;
    const fits = !C.pages.length || C.pages.some(one => one.endsWith("*") ? path.startsWith(one.slice(0, -1)) : path === one);
    if (C.button && fits) root.append(el("button", { class: "call " + C.side, type: "button", "aria-haspopup": "dialog", onclick: open }, el("span", { "aria-hidden": "true" }, "✆"), el("span", null, T.title)));
    document.addEventListener("click", event => {
      const by = event.target.closest && event.target.closest("[data-svyazka-open]");
      if (by && (!by.dataset.svyazkaOpen || by.dataset.svyazkaOpen === C.key)) { event.preventDefault(); open(); }
    });
    window[own] = { open };
    window.addEventListener("online", again);
    again();
  };
  window[own] = {};
  if (document.body && document.readyState !== "loading") begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();
