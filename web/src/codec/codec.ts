import { VqError } from '../errors.js';
import { EntropyTables } from '../entropy/tables.js';
import { decodeAlpha } from '../format/alpha.js';
import { entropyModes } from '../format/header.js';
import { Layout } from '../format/layout.js';
import { readStructure, type ModelShape, type Structure, type VqLimits } from '../format/structure.js';
import { encodeIndices, infoFor, kindOf, levelOf, writeFile, type PixelSource } from './encoder.js';
import { decodeBlocks, modeTables, type PlaneIndices } from './indices.js';
import type { Manifest } from './manifest.js';
import { decodePixels } from './pixels.js';
import { haloOf, type Halo } from './reach.js';
import { Graph, type RuntimeOptions } from './runtime.js';
import { Turns } from './turns.js';
import { ModelFiles, type FileLoader } from './source.js';

/** The decoder's numbers: `fp32` is the reference, `int8` a smaller file; `auto` takes int8 where the model has it. */
export type Precision = 'auto' | 'fp32' | 'int8';

export interface ModelOptions extends RuntimeOptions {
  /** Default: `auto`. */
  readonly precision?: Precision;
  /** What the model's calls allow where they do not say themselves. */
  readonly limits?: VqLimits;
}

/** How far a call is: blocks of indices, windows of pixels. */
export interface Progress {
  readonly phase: 'indices' | 'pixels';
  readonly done: number;
  readonly of: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface DecodeOptions extends CallOptions {
  /** Leading stages to decode: fewer give a coarser picture sooner. Default: all of the file. */
  readonly stages?: number;
  /** Whether a file that is cut short gives what its whole stages hold. */
  readonly partial?: boolean;
  readonly limits?: VqLimits;
}

export interface EncodeOptions extends CallOptions {
  /** 1 (smallest file) to 100 (best picture). Default: the model's. */
  readonly quality?: number;
  readonly limits?: VqLimits;
}

/** Indices of a file, and what else it holds. */
export interface DecodedIndices {
  readonly planes: PlaneIndices[];
  /** Whole leading stages: fewer than the file's only where asked for, or where it is cut short. */
  readonly stages: number;
  /** One byte a pixel, rows from the top. */
  readonly alpha?: Uint8Array<ArrayBuffer>;
}

export interface DecodedPixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** A model in this thread. */
export class Codec {
  private readonly shape: ModelShape;
  private readonly halo: Halo | undefined;
  private readonly turns = new Turns();
  private tables: Promise<EntropyTables | undefined> | undefined;
  private decoder: Promise<Graph> | undefined;
  private encoder: Promise<Graph> | undefined;

  private constructor(
    private readonly files: ModelFiles,
    private readonly options: ModelOptions,
  ) {
    const { manifest } = files;
    this.shape = { id: manifest.id, name: manifest.name, planes: manifest.planes, ratePoints: manifest.ratePoints };
    this.halo = haloOf(manifest.spec, Math.max(...manifest.planes.map((plane) => plane.stride)));
  }

  /** Reads a model's manifest. The other files are loaded when the first call needs them. */
  static async open(load: FileLoader, options: ModelOptions = {}): Promise<Codec> {
    return new Codec(await ModelFiles.open(load), options);
  }

  get manifest(): Manifest {
    return this.files.manifest;
  }

  async decode(bytes: Uint8Array, options: DecodeOptions = {}): Promise<DecodedPixels> {
    return await this.turns.take(options.signal, async (yieldNow) => {
      // Both are fetched at once; a graph that fails is told when it is needed.
      const graph = this.decoderGraph();
      graph.catch(() => undefined);
      const { structure, planes, alpha } = await this.indices(bytes, options, yieldNow);
      const { info, layout } = structure;
      const data = await decodePixels(await graph, planes, info, layout, this.halo?.decoder, alpha, async (done, of) => {
        options.onProgress?.({ phase: 'pixels', done, of });
        await yieldNow();
      });
      return { width: info.width, height: info.height, data };
    });
  }

  async decodeIndices(bytes: Uint8Array, options: DecodeOptions = {}): Promise<DecodedIndices> {
    return await this.turns.take(options.signal, async (yieldNow) => {
      const { planes, stages, alpha } = await this.indices(bytes, options, yieldNow);
      return { planes, stages, ...(alpha === undefined ? {} : { alpha }) };
    });
  }

  async encode(image: PixelSource, options: EncodeOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { manifest } = this;
    const level = levelOf(manifest.levels, options.quality ?? manifest.defaultQuality ?? 0);
    checkImage(image);
    return await this.turns.take(options.signal, async (yieldNow) => {
      const kind = kindOf(image);
      const info = infoFor(image, kind, manifest.id, level);
      const layout = new Layout(manifest.planes, info.stages, info);
      const graph = await this.encoderGraph();
      const planes = await encodeIndices(graph, image, kind, layout, level, this.halo?.encoder, async (done, of) => {
        options.onProgress?.({ phase: 'pixels', done, of });
        await yieldNow();
      });
      const tables = (await this.entropyTables())?.dense(info.ratePoint);
      const alpha = kind.alpha ? Uint8Array.from({ length: image.width * image.height }, (_, i) => image.data[4 * i + 3]!) : undefined;
      return await writeFile(info, manifest.planes, planes, tables, alpha, (done, of) => {
        options.onProgress?.({ phase: 'indices', done, of });
        return yieldNow();
      });
    });
  }

  /** Fetches and opens what decoding needs. */
  async prepare(): Promise<void> {
    await Promise.all([this.entropyTables(), this.decoderGraph()]);
  }

  async dispose(): Promise<void> {
    const graphs = [this.decoder, this.encoder];
    this.decoder = this.encoder = this.tables = undefined;
    await Promise.all(graphs.map(async (graph) => (await graph?.catch(() => undefined))?.release()));
  }

  private async indices(
    bytes: Uint8Array,
    options: DecodeOptions,
    yieldNow: () => Promise<void> | undefined,
  ): Promise<DecodedIndices & { structure: Structure }> {
    const structure = readStructure(bytes, this.shape, options.limits ?? this.options.limits, options.partial ?? false);
    const { info, sections } = structure;
    const wanted = options.stages ?? info.stages;
    if (!Number.isInteger(wanted) || wanted < 1) {
      throw new RangeError(`${wanted} stages`);
    }
    const tables = info.entropy === entropyModes[0] ? undefined : await this.entropyTables();
    const modes = modeTables(tables, info.entropy, info.ratePoint);
    const { planes, stages } = await decodeBlocks(structure, modes, Math.min(wanted, info.stages), (done, of) => {
      options.onProgress?.({ phase: 'indices', done, of });
      return yieldNow();
    });
    if (stages === 0) {
      throw new VqError('format', 'no stage of the file is whole');
    }
    const alpha = sections.alpha === undefined ? undefined : decodeAlpha(sections.alpha, info.width, info.height);
    return { structure, planes, stages, ...(alpha === undefined ? {} : { alpha }) };
  }

  private entropyTables(): Promise<EntropyTables | undefined> {
    const { files } = this;
    const load = async (): Promise<EntropyTables | undefined> =>
      files.has('tables.bin') ? new EntropyTables(await files.file('tables.bin'), this.shape.planes, this.shape.ratePoints) : undefined;
    return (this.tables ??= load().catch((error: unknown) => {
      this.tables = undefined;
      throw error;
    }));
  }

  private decoderGraph(): Promise<Graph> {
    const { files, options } = this;
    const small = options.precision !== 'fp32' && (options.precision === 'int8' || files.has('decoder.int8.onnx'));
    return (this.decoder ??= this.open(small ? 'decoder.int8.onnx' : 'decoder.onnx').catch((error: unknown) => {
      this.decoder = undefined;
      throw error;
    }));
  }

  private encoderGraph(): Promise<Graph> {
    return (this.encoder ??= this.open('encoder.onnx').catch((error: unknown) => {
      this.encoder = undefined;
      throw error;
    }));
  }

  private async open(name: string): Promise<Graph> {
    return await Graph.open(await this.files.file(name), this.options);
  }
}

function checkImage({ width, height, data }: PixelSource): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1 || width > 0xffffff || height > 0xffffff || data.length !== 4 * width * height) {
    throw new RangeError(`an image of ${width}×${height} pixels with ${data.length} bytes; it has 4 a pixel`);
  }
}
