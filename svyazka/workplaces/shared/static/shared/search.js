// The search box on top: "/" goes there, arrows walk through the hits, Enter opens, Escape leaves.
export function searchByKeyboard() {
  const box = document.querySelector("#search input");
  const hits = document.getElementById("hits");
  if (!box) return;
  const links = () => [...hits.querySelectorAll("a")];
  const chosen = () => hits.querySelector("[aria-selected='true']");

  const choose = (link) => {
    chosen()?.setAttribute("aria-selected", "false");
    link?.setAttribute("aria-selected", "true");
    link?.scrollIntoView({ block: "nearest" });
    if (link) box.setAttribute("aria-activedescendant", link.id);
    else box.removeAttribute("aria-activedescendant");
  };
  const leave = () => {
    hits.replaceChildren();
    box.setAttribute("aria-expanded", "false");
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    // By the place of the key: on the Russian layout it types a full stop.
    const slash = ((event.code === "Slash" && !event.shiftKey) || event.key === "/") && !event.ctrlKey && !event.metaKey && !event.altKey;
    const asked = slash || ((event.ctrlKey || event.metaKey) && event.code === "KeyK");
    if (!asked || (typing && slash)) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
  box.addEventListener("keydown", (event) => {
    const all = links();
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(all[(at + (event.key === "ArrowDown" ? 1 : all.length - (at < 0 ? 0 : 1))) % all.length]);
    } else if (event.key === "Enter" && all.length) {
      event.preventDefault();
      (chosen() ?? all[0]).click();
    } else if (event.key === "Escape") {
      box.value = "";
      leave();
      box.blur();
    }
  });
  document.body.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target === hits) box.setAttribute("aria-expanded", String(links().length > 0));
  });
  document.addEventListener("click", ({ target }) => {
    if (!target.closest("#search") || target.closest("#hits a")) leave();
  });
}
