// One of the clients that it may be is chosen: his number goes into the form, what was typed besides stays.
document.addEventListener("click", ({ target }) => {
  const chosen = target.closest("#known [data-contact]");
  const contact = document.getElementById("id_contact");
  if (!chosen || !contact) return;
  contact.value = chosen.dataset.contact;
  contact.dispatchEvent(new Event("input", { bubbles: true }));
  document.getElementById("id_name")?.focus();
});
