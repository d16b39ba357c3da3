import { VqError } from '../errors.js';
import { maxManifestBytes, readManifest, type Manifest } from './manifest.js';
import { sha256 } from './sha256.js';

/** Gives the content of a file of a model folder. */
export type FileLoader = (name: string, signal?: AbortSignal) => Promise<Uint8Array>;

/** A model folder: where its files come from, and what they have to be. */
export class ModelFiles {
  private constructor(
    private readonly load: FileLoader,
    readonly manifest: Manifest,
  ) {}

  static async open(load: FileLoader): Promise<ModelFiles> {
    const bytes = await load('model.json');
    return new ModelFiles(load, readManifest(bytes));
  }

  has(name: string): boolean {
    return Object.hasOwn(this.manifest.files, name);
  }

  /** A file of the folder, checked against the length and SHA-256 in the manifest. */
  async file(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.has(name) ? this.manifest.files[name] : undefined;
    if (entry === undefined) {
      throw new VqError('model', `the model ${this.manifest.name} has no ${name}`);
    }
    const loaded = await this.load(name);
    const bytes = loaded.buffer instanceof ArrayBuffer ? (loaded as Uint8Array<ArrayBuffer>) : loaded.slice();
    if (bytes.length !== entry.bytes || (await sha256(bytes)) !== entry.sha256) {
      throw new VqError('model', `${name} is not the file that model.json describes`);
    }
    return bytes;
  }
}

/** Loads files of a folder at an address, which ends with a slash. */
export function fetchLoader(folder: string): FileLoader {
  return async (name) => {
    const address = new URL(encodeURIComponent(name), folder).href;
    let response: Response;
    try {
      // model.json is asked for anew each time (a 304 where it is the same); the other files are known by their hashes.
      response = await fetch(address, { cache: name === 'model.json' ? 'no-cache' : 'default', credentials: 'same-origin' });
    } catch (error) {
      throw new VqError('network', `${address} cannot be fetched`, { cause: error });
    }
    if (!response.ok) {
      throw new VqError('network', `${address} answers ${response.status} ${response.statusText}`.trimEnd());
    }
    if (name === 'model.json' && Number(response.headers.get('content-length') ?? 0) > maxManifestBytes) {
      throw new VqError('model', 'model.json is too large');
    }
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      throw new VqError('network', `${address} broke off`, { cause: error });
    }
  };
}
