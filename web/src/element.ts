import { VqError } from './errors.js';
import { headerBytes, readInfo, type VqInfo } from './format/header.js';
import type { Progress } from './codec/codec.js';
import { download } from './download.js';
import { ElementView } from './element-view.js';
import { VqModel } from './model.js';
import { whenNear } from './lazy.js';

/** What a `load` event tells. */
export interface VqLoadDetail {
  readonly info: VqInfo;
  /** Bytes of the file. */
  readonly bytes: number;
  /** From the begin of decoding to the picture; without fetching the file, with loading the model where this is its first picture. */
  readonly milliseconds: number;
}

const models = new Map<string, Promise<VqModel>>();

/** The page's models by address: elements of one model share it. One that failed is tried again by the next element. */
function sharedModel(address: string): Promise<VqModel> {
  let model = models.get(address);
  if (model === undefined) {
    model = VqModel.load(address);
    models.set(address, model);
    model.catch(() => models.delete(address));
  }
  return model;
}

/**
 * `<vq-image src="photo.vq" model="models/photo/" alt="…">` shows a `.vq` file as `<img>` shows others.
 *
 * Attributes: `src`, `model`, `alt`, `width` and `height` (pixels, to reserve the place), `loading="lazy"`, `stages` (decode only so many), `progressive` (a coarse picture first).
 * Events, none of which bubbles: `load` with a `VqLoadDetail`, `error` with the error, `progress` with a `Progress`.
 */
export class VqImageElement extends HTMLElement {
  static readonly observedAttributes = ['src', 'model', 'alt', 'width', 'height', 'loading', 'stages', 'progressive'];

  private readonly view = new ElementView(this);
  private running: AbortController | undefined;
  private scheduled = false;
  private shown: VqInfo | undefined;

  connectedCallback(): void {
    this.view.describe(this.alt);
    this.view.reserve(this.size('width'), this.size('height'), undefined);
    this.schedule();
  }

  disconnectedCallback(): void {
    this.running?.abort();
    this.running = undefined;
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now || !this.isConnected) {
      return;
    }
    if (name === 'alt') {
      this.view.describe(this.alt);
    } else if (name === 'width' || name === 'height') {
      this.view.reserve(this.size('width'), this.size('height'), this.shown);
    } else {
      this.schedule();
    }
  }

  /** The file's address. */
  get src(): string {
    return this.getAttribute('src') ?? '';
  }
  set src(value: string) {
    this.setAttribute('src', value);
  }

  /** The address of the model's folder. */
  get model(): string {
    return this.getAttribute('model') ?? '';
  }
  set model(value: string) {
    this.setAttribute('model', value);
  }

  get alt(): string | undefined {
    return this.getAttribute('alt') ?? undefined;
  }
  set alt(value: string) {
    this.setAttribute('alt', value);
  }

  /** The picture's own size in pixels; 0 until it is known. */
  get naturalWidth(): number {
    return this.shown?.width ?? 0;
  }
  get naturalHeight(): number {
    return this.shown?.height ?? 0;
  }

  /** Whether nothing is being loaded: the picture is there, or it failed. */
  get complete(): boolean {
    return this.running === undefined && !this.scheduled;
  }

  /** Loads once, however many attributes change together. */
  private schedule(): void {
    this.running?.abort();
    this.running = undefined;
    if (this.scheduled) {
      return;
    }
    this.scheduled = true;
    queueMicrotask(() => {
      this.scheduled = false;
      if (this.isConnected) {
        void this.load();
      }
    });
  }

  private async load(): Promise<void> {
    this.shown = undefined;
    if (this.src === '' || this.model === '') {
      this.view.clear();
      this.view.reserve(this.size('width'), this.size('height'), undefined);
      return;
    }
    const controller = new AbortController();
    this.running = controller;
    try {
      this.view.loading();
      const detail = await this.show(controller.signal);
      this.running = undefined;
      this.view.ready();
      this.dispatchEvent(new CustomEvent<VqLoadDetail>('load', { detail }));
    } catch (error) {
      if (controller.signal.aborted) {
        return;
      }
      this.running = undefined;
      const known = error instanceof VqError ? error : new VqError('runtime', error instanceof Error ? error.message : String(error), { cause: error });
      this.view.fail(known.message, this.alt);
      this.dispatchEvent(new CustomEvent<VqError>('error', { detail: known }));
    }
  }

  private async show(signal: AbortSignal): Promise<VqLoadDetail> {
    const address = new URL(this.src, this.baseURI).href;
    const folder = new URL(this.model, this.baseURI).href;
    if (this.getAttribute('loading') === 'lazy') {
      await whenNear(this, signal);
    }
    const loadingModel = sharedModel(folder);
    loadingModel.catch(() => undefined);
    const bytes = await download(address, signal, headerBytes, (begin) => this.sizeFrom(begin));
    const info = readInfo(bytes);
    this.sizeFrom(bytes);
    const begin = performance.now();
    const model = await loadingModel;
    signal.throwIfAborted();
    const onProgress = (progress: Progress): void => {
      if (!signal.aborted) {
        this.dispatchEvent(new CustomEvent<Progress>('progress', { detail: progress }));
      }
    };
    const stages = Math.min(this.size('stages') ?? info.stages, info.stages);
    const coarse = Math.ceil(stages / 4);
    if (this.hasAttribute('progressive') && coarse < stages) {
      this.view.draw(await model.decode(bytes, { stages: coarse, signal }));
    }
    this.view.draw(await model.decode(bytes, { stages, signal, onProgress }));
    signal.throwIfAborted();
    return { info, bytes: bytes.length, milliseconds: performance.now() - begin };
  }

  /** Takes the picture's size from the file's first bytes, before the rest of it is there. */
  private sizeFrom(begin: Uint8Array): void {
    this.shown = readInfo(begin);
    this.view.reserve(this.size('width'), this.size('height'), this.shown);
  }

  private size(attribute: string): number | undefined {
    const value = Number(this.getAttribute(attribute) ?? NaN);
    return Number.isInteger(value) && value > 0 ? value : undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'vq-image': VqImageElement;
  }
}
