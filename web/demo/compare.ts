import { element } from './page.js';

/** A picture that can be looked at, with a name. */
export interface Shown {
  readonly name: string;
  readonly image: ImageData;
}

/** Two pictures of one size over each other, with a divider that a slider moves. */
export class Compare {
  private readonly frame = element('compare', HTMLDivElement);
  private readonly split = element('split', HTMLInputElement);
  private readonly sides = [
    { canvas: element('left', HTMLCanvasElement), choice: element('left-choice', HTMLSelectElement) },
    { canvas: element('right', HTMLCanvasElement), choice: element('right-choice', HTMLSelectElement) },
  ] as const;
  private pictures: readonly Shown[] = [];

  constructor() {
    this.split.addEventListener('input', () => this.move());
    for (const { choice } of this.sides) {
      choice.addEventListener('change', () => this.draw());
    }
  }

  /** Shows pictures: the first choices are kept where the names are the same. */
  show(pictures: readonly Shown[], left: string, right: string): void {
    const same = pictures.map(({ name }) => name).join() === this.pictures.map(({ name }) => name).join();
    this.pictures = pictures;
    const { width, height } = pictures[0]!.image;
    // A small picture is enlarged at most twice, a tall one stays inside the window.
    this.frame.style.maxWidth = `min(${2 * width}px, ${(75 * width) / height}vh)`;
    this.frame.classList.toggle('single', pictures.length === 1);
    element('sides', HTMLDivElement).hidden = pictures.length === 1;
    if (!same) {
      for (const { choice } of this.sides) {
        choice.replaceChildren(...pictures.map(({ name }) => new Option(name, name)));
      }
      this.sides[0].choice.value = left;
      this.sides[1].choice.value = right;
    }
    this.draw();
    this.move();
  }

  private draw(): void {
    for (const { canvas, choice } of this.sides) {
      const picture = this.pictures.find(({ name }) => name === choice.value) ?? this.pictures[0];
      if (picture !== undefined) {
        canvas.width = picture.image.width;
        canvas.height = picture.image.height;
        canvas.getContext('2d')?.putImageData(picture.image, 0, 0);
        canvas.setAttribute('aria-label', picture.name);
      }
    }
  }

  private move(): void {
    this.frame.style.setProperty('--split', `${this.split.value}%`);
  }
}
