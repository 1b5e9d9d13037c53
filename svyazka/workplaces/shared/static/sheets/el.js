// An element with what it has and what stands in it: `el("p", { className: "small" }, "text")`.
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.includes("-") || name === "for" || name === "role") value !== null && made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, props = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) made.setAttribute(name, value);
  made.append(...children.flat());
  return made;
}

export function icon(name) {
  const sheet = document.querySelector(".icon use").getAttribute("href").split("#")[0];
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `${sheet}#${name}` }));
}

export const say = (text, values = {}) => Object.entries(values).reduce((said, [key, value]) => said.replaceAll(`{${key}}`, value), text);
