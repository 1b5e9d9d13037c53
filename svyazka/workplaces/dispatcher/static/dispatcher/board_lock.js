// A lock on the visit under the pointer: one button for all of them. Whoever has no mouse presses L, or finds it where a
// tap says what can be done.
export class Locks {
  constructor(board) {
    if (!board.may) return;
    this.board = board;
    this.button = Object.assign(document.createElement("button"), { className: "board-lock", type: "button", hidden: true, tabIndex: -1 });
    this.button.innerHTML = board.icon("lock");
    this.button.onclick = () => board.lock(this.visit);
    board.append(this.button);
    board.addEventListener("pointerover", (event) => this.follow(event));
    board.addEventListener("pointerleave", () => this.hide());
  }

  follow({ target, pointerType }) {
    if (this.button.contains(target)) return;
    const block = pointerType === "mouse" && !this.board.isCarrying ? target.closest?.(".lanes [data-lockable]") : null;
    if (!block) return this.hide();
    this.visit = block.dataset.visit;
    const is = block.matches(".locked") ? "unlock" : "lock", here = this.board.getBoundingClientRect(), box = block.getBoundingClientRect();
    this.button.title = this.board.say(is);
    this.button.setAttribute("aria-label", `${this.board.say(is)}: ${block.getAttribute("aria-label")}`);
    this.button.classList.toggle("on", is === "unlock");
    Object.assign(this.button.style, { left: `${box.right - here.left - 24}px`, top: `${box.bottom - here.top - 23}px` });
    this.button.hidden = false;
  }

  hide() {
    if (this.button) this.button.hidden = true;
  }
}
