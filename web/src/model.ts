import type { Codec, DecodedIndices, DecodedPixels, DecodeOptions, EncodeOptions, ModelOptions } from './codec/codec.js';
import type { PixelSource } from './codec/encoder.js';
import type { Manifest } from './codec/manifest.js';
import type { FileLoader } from './codec/source.js';
import { WorkerClient } from './worker/client.js';

export interface LoadOptions extends ModelOptions {
  /** Whether calls run in the page's worker, as they do by default where there are workers. In the page they make it wait. */
  readonly worker?: boolean;
}

/** What a model is asked, wherever it runs. */
interface Backend {
  readonly manifest: Manifest;
  decode(bytes: Uint8Array, options?: DecodeOptions): Promise<DecodedPixels>;
  decodeIndices(bytes: Uint8Array, options?: DecodeOptions): Promise<DecodedIndices>;
  encode(image: PixelSource, options?: EncodeOptions): Promise<Uint8Array<ArrayBuffer>>;
  prepare(): Promise<void>;
  dispose(): Promise<void>;
}

/** Opens a model in this thread: another module, so that pages with a worker do not load ONNX Runtime twice. */
export type OpenLocal = (source: string | FileLoader, options: ModelOptions) => Promise<Codec>;

/**
 * A model, with which files of its id are decoded and pictures encoded. Calls can be made at any time; they run one after the other.
 *
 *     const model = await VqModel.load('models/photo/');
 *     const image = await model.decode(new Uint8Array(await (await fetch('photo.vq')).arrayBuffer()));
 */
export class VqModel {
  /** @internal Set by the entry modules. */
  static openLocal: OpenLocal;

  private constructor(private readonly backend: Backend) {}

  /**
   * Opens a model folder: reads its manifest, and the other files when the first call needs them.
   * @param folder the folder's address, relative to the page; or a function that gives the content of each file by its name
   * @throws VqError where the folder does not answer or is no model folder
   */
  static async load(folder: string | URL | FileLoader, options: LoadOptions = {}): Promise<VqModel> {
    const { worker = true, ...rest } = options;
    if (typeof folder === 'function') {
      return new VqModel(await VqModel.openLocal(folder, rest));
    }
    const address = new URL(folder, globalThis.document?.baseURI);
    if (!address.pathname.endsWith('/')) {
      address.pathname += '/';
    }
    const wasmPath = rest.wasmPath === undefined ? undefined : new URL(rest.wasmPath, globalThis.document?.baseURI).href;
    const settings = wasmPath === undefined ? rest : { ...rest, wasmPath };
    const client = worker && typeof Worker === 'function' ? await WorkerClient.start() : undefined;
    return new VqModel(client === undefined ? await VqModel.openLocal(address.href, settings) : await RemoteCodec.open(client, address.href, settings));
  }

  /** The model's id, which files made with it carry. */
  get id(): string {
    return this.backend.manifest.id;
  }

  get name(): string {
    return this.backend.manifest.name;
  }

  /** The quality that `encode` takes where none is given; undefined where the model has no quality map. */
  get defaultQuality(): number | undefined {
    return this.backend.manifest.defaultQuality;
  }

  /**
   * Decodes a `.vq` file.
   * @returns an `ImageData`; outside of browsers an object with the same `width`, `height` and `data`
   * @throws VqError where the file is damaged, made with another model or larger than the limits allow
   */
  async decode(bytes: Uint8Array, options?: DecodeOptions): Promise<ImageData> {
    const { width, height, data } = await this.backend.decode(bytes, options);
    return typeof ImageData === 'function' ? new ImageData(data, width, height) : ({ width, height, data, colorSpace: 'srgb' } as ImageData);
  }

  /** Decodes the codebook indices of a `.vq` file, and its alpha. */
  decodeIndices(bytes: Uint8Array, options?: DecodeOptions): Promise<DecodedIndices> {
    return this.backend.decodeIndices(bytes, options);
  }

  /**
   * Makes a `.vq` file of a picture. Alpha is kept without loss where a pixel is not opaque; a picture without colour becomes a grey file.
   * @param image an `ImageData`, or anything with its `width`, `height` and `data`
   */
  encode(image: PixelSource, options?: EncodeOptions): Promise<Uint8Array<ArrayBuffer>> {
    return this.backend.encode(image, options);
  }

  /** Loads at once what the first `decode` would load. */
  prepare(): Promise<void> {
    return this.backend.prepare();
  }

  /** Gives the model's memory back. */
  dispose(): Promise<void> {
    return this.backend.dispose();
  }
}

/** A model in the page's worker. */
class RemoteCodec implements Backend {
  private constructor(
    private readonly client: WorkerClient,
    private readonly model: number,
    readonly manifest: Manifest,
  ) {}

  static async open(client: WorkerClient, folder: string, options: ModelOptions): Promise<RemoteCodec> {
    const { id, manifest } = await client.open(folder, options);
    return new RemoteCodec(client, id, manifest);
  }

  decode(bytes: Uint8Array, { signal, onProgress, ...options }: DecodeOptions = {}): Promise<DecodedPixels> {
    return this.client.call({ call: 'decode', model: this.model, bytes, options }, { signal, onProgress });
  }

  decodeIndices(bytes: Uint8Array, { signal, onProgress, ...options }: DecodeOptions = {}): Promise<DecodedIndices> {
    return this.client.call({ call: 'decodeIndices', model: this.model, bytes, options }, { signal, onProgress });
  }

  encode(image: PixelSource, { signal, onProgress, ...options }: EncodeOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { width, height, data } = image;
    return this.client.call({ call: 'encode', model: this.model, image: { width, height, data }, options }, { signal, onProgress });
  }

  prepare(): Promise<void> {
    return this.client.call({ call: 'prepare', model: this.model });
  }

  dispose(): Promise<void> {
    return this.client.call({ call: 'dispose', model: this.model });
  }
}
