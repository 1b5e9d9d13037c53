// How a photo lies on the screen: as large as it goes at first, moved and enlarged by two fingers or the wheel.
const LARGEST = 8;

export class View {
  constructor(paper, sheet) {
    Object.assign(this, { paper, sheet });
    this.fit({ width: 1, height: 1 });
  }

  fit({ width, height }) {
    const { clientWidth: wide, clientHeight: high } = this.paper;
    const scale = Math.min(wide / width, high / height) || 1;
    Object.assign(this.sheet.style, { width: `${width * scale}px`, height: `${height * scale}px`, left: `${(wide - width * scale) / 2}px`, top: `${(high - height * scale) / 2}px` });
    Object.assign(this, { scale: 1, x: 0, y: 0 });
    this.#apply();
  }

  // The place between the fingers stays between them.
  pinch([before, after]) {
    const [was, now] = [between(before), between(after)];
    this.#about(now, (apart(after) || 1) / (apart(before) || 1), now.x - was.x, now.y - was.y);
  }

  zoom(at, by) {
    this.#about(at, by, 0, 0);
  }

  #about(at, by, dx, dy) {
    const box = this.sheet.getBoundingClientRect();
    const scale = Math.min(LARGEST, Math.max(1, this.scale * by));
    const real = scale / this.scale;
    this.x += dx + (at.x - dx - box.left) * (1 - real);
    this.y += dy + (at.y - dy - box.top) * (1 - real);
    this.scale = scale;
    if (scale === 1) this.x = this.y = 0;
    this.#apply();
  }

  #apply() {
    this.sheet.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
  }

  // Where a finger is, in the pixels of the photo.
  place({ clientX, clientY }, { width, height }) {
    const box = this.sheet.getBoundingClientRect();
    return [((clientX - box.left) / box.width) * width, ((clientY - box.top) / box.height) * height];
  }
}

const between = ([one, other]) => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
const apart = ([one, other]) => Math.hypot(one.x - other.x, one.y - other.y);
