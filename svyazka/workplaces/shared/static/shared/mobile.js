// Whoever holds a mobile phone in his hand rings with it: the browser hands the number on.
addEventListener("svyazka:softphone", (event) => event.preventDefault(), true);
addEventListener("svyazka:dial", (event) => {
  event.preventDefault();
  location.href = `tel:${event.detail.number}`;
}, true);
