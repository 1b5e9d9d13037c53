// The builder of automations: fields are put into texts, and what is typed is kept in this tab until it is saved.
const form = () => document.getElementById("rule-form");
const keyOf = (of) => `automation:${of.dataset.keeps}`;

document.addEventListener("change", ({ target }) => {
  if (!target.matches?.("[data-inserts]") || !target.value) return;
  const text = document.getElementById(target.dataset.inserts);
  const at = text.selectionStart ?? text.value.length;
  text.setRangeText(`{${target.value}}`, at, text.selectionEnd ?? at, "end");
  target.value = "";
  text.focus();
  text.dispatchEvent(new Event("input", { bubbles: true }));
});

function keep() {
  const typed = form();
  if (!typed) return;
  const entries = [...new FormData(typed)].filter(([name]) => name !== "csrfmiddlewaretoken");
  sessionStorage.setItem(keyOf(typed), JSON.stringify(entries));
}

for (const name of ["input", "htmx:afterSwap"]) document.addEventListener(name, ({ target }) => {
  if (!target.closest?.("#rule-form")) return;
  if (target.id === "rule-parts") document.getElementById("rule-touched").value = "1";
  keep();
});
document.addEventListener("submit", ({ target }) => { if (target.id === "rule-form") sessionStorage.removeItem(keyOf(target)); });

document.addEventListener("click", ({ target }) => {
  const how = target.closest?.("[data-kept]")?.dataset.kept;
  if (!how) return;
  const kept = JSON.parse(sessionStorage.getItem(keyOf(form())) ?? "[]");
  document.getElementById("rule-kept").hidden = true;
  if (how === "leave") return sessionStorage.removeItem(keyOf(form()));
  const values = {};
  for (const [name, value] of kept) values[name] = name in values ? [values[name], value].flat() : value;
  form().elements.name.value = values.name ?? "";
  htmx.ajax("POST", form().querySelector("[data-kept='take']").getAttribute("hx-post"), { target: "#rule-parts", swap: "innerHTML", values });
});

function offer() {
  const typed = form();
  const bar = document.getElementById("rule-kept");
  if (typed && bar) bar.hidden = !sessionStorage.getItem(keyOf(typed));
}
document.addEventListener("htmx:load", ({ target }) => { if (target.querySelector?.("#rule-form")) offer(); });
offer();
