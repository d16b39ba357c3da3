const sheet = (text: string): CSSStyleSheet => {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
};

let common: CSSStyleSheet | undefined;

/** Sheets are made by script, not written into the page, so that a policy without inline styles allows them. */
const commonSheet = (): CSSStyleSheet =>
  (common ??= sheet(`
    :host { display: inline-block; position: relative; max-width: 100%; vertical-align: bottom; overflow: hidden; }
    :host([hidden]) { display: none; }
    canvas { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: inherit; object-position: inherit; }
    :host([data-state=error]) { min-width: min(100%, 16rem); min-height: 4rem; }
    p { position: absolute; inset: 0; margin: 0; padding: .75em; box-sizing: border-box; overflow: auto; display: flex; flex-direction: column;
        justify-content: center; align-items: center; text-align: center; gap: .25em; font: 14px/1.4 system-ui, sans-serif;
        color: #5c1a1a; background: #fdf3f3; border: 1px solid #d99; overflow-wrap: anywhere; }
    p[hidden] { display: none; }
    b { font-weight: 600; }
    @media (prefers-color-scheme: dark) { p { color: #ffd9d9; background: #2b1616; border-color: #844; } }`));

/** What `<vq-image>` looks like: a canvas in a reserved place, or a message in it. */
export class ElementView {
  private readonly canvas: HTMLCanvasElement;
  private readonly message: HTMLParagraphElement;
  private readonly size: CSSStyleSheet;
  /** Whether the role and the label are this element's to set: an author's own stay. */
  private ownsRole = false;
  private ownsLabel = false;

  constructor(private readonly host: HTMLElement) {
    const root = host.attachShadow({ mode: 'open' });
    this.size = sheet('');
    root.adoptedStyleSheets = [commonSheet(), this.size];
    const { ownerDocument: document } = host;
    this.canvas = document.createElement('canvas');
    this.canvas.width = this.canvas.height = 0;
    this.canvas.setAttribute('part', 'canvas');
    this.message = document.createElement('p');
    this.message.setAttribute('part', 'error');
    this.message.hidden = true;
    root.append(this.canvas, this.message);
  }

  /** An `alt` that is empty marks a picture as decoration, as that of `<img>` does. */
  describe(alt: string | undefined): void {
    const { host } = this;
    this.ownsRole ||= !host.hasAttribute('role');
    this.ownsLabel ||= !host.hasAttribute('aria-label');
    if (this.ownsRole) {
      host.setAttribute('role', alt === '' ? 'presentation' : 'img');
    }
    if (this.ownsLabel) {
      if (alt === undefined || alt === '') {
        host.removeAttribute('aria-label');
      } else {
        host.setAttribute('aria-label', alt);
      }
    }
  }

  /** Reserves the place: the attributes' size, otherwise the picture's own. The page's style sheets come before it. */
  reserve(width: number | undefined, height: number | undefined, natural: { readonly width: number; readonly height: number } | undefined): void {
    const ratio = width !== undefined && height !== undefined ? width / height : natural === undefined ? undefined : natural.width / natural.height;
    const across = width ?? (height !== undefined && ratio !== undefined ? height * ratio : natural?.width);
    this.size.replaceSync(
      (across === undefined ? '' : `:host { width: ${across}px; }`) +
        (ratio === undefined ? (height === undefined ? '' : `:host { height: ${height}px; }`) : `:host { aspect-ratio: ${ratio}; }`),
    );
  }

  loading(): void {
    this.state('loading');
    this.message.hidden = true;
    this.host.setAttribute('aria-busy', 'true');
  }

  ready(): void {
    this.state('ready');
    this.host.removeAttribute('aria-busy');
  }

  clear(): void {
    this.canvas.width = this.canvas.height = 0;
    this.message.hidden = true;
    this.host.removeAttribute('data-state');
    this.host.removeAttribute('aria-busy');
  }

  draw(image: ImageData): void {
    this.canvas.width = image.width;
    this.canvas.height = image.height;
    const context = this.canvas.getContext('2d');
    context?.putImageData(image, 0, 0);
  }

  /** Shows why there is no picture, and says it to those who do not see it. */
  fail(reason: string, alt: string | undefined): void {
    this.clear();
    this.state('error');
    const title = this.host.ownerDocument.createElement('b');
    title.textContent = alt === undefined || alt === '' ? 'This picture cannot be shown' : alt;
    this.message.replaceChildren(title, reason);
    this.message.hidden = false;
    if (this.ownsLabel) {
      this.host.setAttribute('aria-label', `${title.textContent}: ${reason}`);
    }
    if (this.ownsRole) {
      this.host.setAttribute('role', 'img');
    }
  }

  private state(state: 'loading' | 'ready' | 'error'): void {
    this.host.setAttribute('data-state', state);
  }
}
