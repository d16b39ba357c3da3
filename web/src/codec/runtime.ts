import * as ort from 'onnxruntime-web/wasm';
import { VqError } from '../errors.js';

/** Where ONNX Runtime's two files are, and how many threads it takes. */
export interface RuntimeOptions {
  /** Address of the folder of `ort-wasm-simd-threaded.mjs` and `.wasm`; default: `ort/` beside this package's script. */
  readonly wasmPath?: string;
  /** Threads of one inference. Pages that are not cross-origin isolated have 1. Default: half of the cores, at most 4. */
  readonly threads?: number;
}

let settled = false;

/** The first model of a page or worker decides: ONNX Runtime reads its settings once. */
function settle({ wasmPath, threads }: RuntimeOptions): void {
  if (settled) {
    return;
  }
  settled = true;
  if (wasmPath !== undefined) {
    ort.env.wasm.wasmPaths = wasmPath;
  } else if (typeof process === 'undefined') {
    ort.env.wasm.wasmPaths = new URL('./ort/', import.meta.url).href;
  }
  const isolated = globalThis.crossOriginIsolated === true;
  ort.env.wasm.numThreads = isolated ? (threads ?? Math.min(4, Math.ceil((globalThis.navigator?.hardwareConcurrency ?? 1) / 2))) : 1;
  ort.env.logLevel = 'error';
}

/** One of a model's two graphs. Calls run one after the other. */
export class Graph {
  private constructor(private readonly session: ort.InferenceSession) {}

  static async open(bytes: Uint8Array, options: RuntimeOptions): Promise<Graph> {
    settle(options);
    try {
      return new Graph(await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }));
    } catch (error) {
      throw new VqError('runtime', `ONNX Runtime cannot open the graph: ${message(error)}`, { cause: error });
    }
  }

  /** Inputs and outputs by name. Feeds that the graph does not have are left out. */
  async run(feeds: Readonly<Record<string, ort.Tensor>>, outputs: readonly string[]): Promise<Record<string, ort.Tensor>> {
    const known = Object.fromEntries(Object.entries(feeds).filter(([name]) => this.session.inputNames.includes(name)));
    try {
      return await this.session.run(known, outputs as string[]);
    } catch (error) {
      throw new VqError('runtime', `ONNX Runtime failed: ${message(error)}`, { cause: error });
    }
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

export function int32(data: Int32Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('int32', data, dims);
}

export function uint8(data: Uint8Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('uint8', data, dims);
}

export function float32(data: Float32Array, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', data, dims);
}

/** The name of a plane's tensor. */
export function tensorName(plane: string): string {
  return plane === '' ? 'indices' : `indices_${plane}`;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
