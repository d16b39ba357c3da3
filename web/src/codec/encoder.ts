import { VqError } from '../errors.js';
import { DenseMemory, DenseState, encodeDense } from '../entropy/dense.js';
import type { DenseTables } from '../entropy/dense-tables.js';
import { encodeRaw } from '../entropy/raw.js';
import { encodeAlpha } from '../format/alpha.js';
import { crc32c } from '../format/crc32c.js';
import { formatVersion, writeHeader, type VqInfo } from '../format/header.js';
import { Layout, type PlaneSpec } from '../format/layout.js';
import { ByteWriter } from '../format/writer.js';
import { fillTransparent } from './fill.js';
import type { Pause, PlaneIndices } from './indices.js';
import type { QualityLevel } from './manifest.js';
import { float32, Graph, int32, tensorName, uint8 } from './runtime.js';
import { windowsOf } from './windows.js';

/** An image as a canvas gives it: red, green, blue and alpha of each pixel, alpha not premultiplied. */
export interface PixelSource {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/** What an image's pixels have. */
export interface Kind {
  readonly alpha: boolean;
  readonly gray: boolean;
}

/** Whether an image has a pixel that is not opaque, and whether all that can be seen have equal red, green and blue. */
export function kindOf({ data }: PixelSource): Kind {
  let alpha = false;
  let gray = true;
  for (let i = 0; i < data.length; i += 4) {
    alpha ||= data[i + 3] !== 255;
    gray &&= data[i + 3] === 0 || (data[i] === data[i + 1] && data[i] === data[i + 2]);
  }
  return { alpha, gray };
}

/** The header of a file of this package: tiles as the format's notes for writers choose them. */
export function infoFor(image: PixelSource, kind: Kind, modelId: string, level: QualityLevel): VqInfo {
  const { width, height } = image;
  return {
    version: formatVersion,
    width,
    height,
    ...kind,
    modelId,
    ratePoint: level.ratePoint,
    stages: level.stages,
    tileSize: width <= 1024 && height <= 1024 ? 1024 : 512,
    entropy: 'dense',
    sections: kind.alpha,
    rawBitmap: false,
  };
}

/** Runs the encoder's graph, window by window. */
export async function encodeIndices(
  graph: Graph,
  image: PixelSource,
  kind: Kind,
  layout: Layout,
  level: QualityLevel,
  halo: number | undefined,
  done: (windows: number, of: number) => Promise<void> | undefined,
  side?: number,
): Promise<PlaneIndices[]> {
  const pixels = kind.alpha ? fillTransparent(image) : image.data;
  const planes = layout.planes.map((plane, p) => ({
    name: plane.name,
    columns: layout.columnsOf(p),
    rows: layout.rowsOf(p),
    stages: Array.from({ length: layout.stagesOf(p) }, () => new Uint16Array(layout.columnsOf(p) * layout.rowsOf(p))),
  }));
  const largest = Math.max(...layout.planes.map((plane) => plane.stride));
  const windows = windowsOf(layout.fullWidth, layout.fullHeight, largest, halo, side);
  for (const [i, window] of windows.entries()) {
    const { outerX, outerY, outerWidth, outerHeight } = window;
    const rgb = new Uint8Array(3 * outerWidth * outerHeight);
    for (let y = 0, at = 0; y < outerHeight; y++) {
      const row = Math.min(outerY + y, image.height - 1) * image.width;
      for (let x = 0; x < outerWidth; x++, at += 3) {
        const from = 4 * (row + Math.min(outerX + x, image.width - 1));
        rgb[at] = pixels[from]!;
        rgb[at + 1] = pixels[from + 1]!;
        rgb[at + 2] = pixels[from + 2]!;
      }
    }
    const outputs = await graph.run(
      {
        image: uint8(rgb, [1, outerHeight, outerWidth, 3]),
        rate: int32(Int32Array.of(level.ratePoint), [1]),
        lambda: float32(Float32Array.of(level.lambda), [1]),
      },
      planes.map((plane) => tensorName(plane.name)),
    );
    planes.forEach((plane, p) => {
      const output = outputs[tensorName(plane.name)]!;
      const indices = output.data as Int32Array;
      const stride = layout.planes[p]!.stride;
      const columns = outerWidth / stride;
      const count = columns * (outerHeight / stride);
      for (let row = 0; row < window.height / stride; row++) {
        const from = ((window.y - outerY) / stride + row) * columns + (window.x - outerX) / stride;
        const to = (window.y / stride + row) * plane.columns + window.x / stride;
        plane.stages.forEach((stage, s) => {
          stage.set(indices.subarray(s * count + from, s * count + from + window.width / stride), to);
        });
      }
      output.dispose();
    });
    await done(i + 1, windows.length);
  }
  return planes;
}

/**
 * Writes a file of an image's indices: each block in the dense mode, or raw where that is smaller or the model has no dense tables.
 * @param alpha one byte a pixel, where the header says that there is alpha
 */
export async function writeFile(
  info: VqInfo,
  specs: readonly PlaneSpec[],
  planes: readonly PlaneIndices[],
  tables: DenseTables | undefined,
  alpha: Uint8Array | undefined,
  pause: Pause,
): Promise<Uint8Array<ArrayBuffer>> {
  const layout = new Layout(specs, info.stages, info);
  const blocks = layout.blocks();
  const coded: Uint8Array[] = [];
  const raw: boolean[] = [];
  const states = new Map<string, DenseState>();
  const memory = new DenseMemory();
  for (const [i, block] of blocks.entries()) {
    const { plane, stage, tile } = block;
    const grid = layout.grid(plane, tile);
    const indices = new Uint16Array(block.count);
    const from = planes[plane]!.stages[stage]!;
    for (let row = 0; row < grid.rows; row++) {
      const at = (grid.row + row) * planes[plane]!.columns + grid.column;
      indices.set(from.subarray(at, at + grid.columns), row * grid.columns);
    }
    let bytes: Uint8Array | undefined;
    if (tables !== undefined) {
      const key = `${plane}/${tile}`;
      const state = states.get(key) ?? new DenseState(grid.columns, grid.rows, tables[plane]![0]!.dimensions);
      states.set(key, state);
      bytes = encodeDense(tables[plane]!, state, indices, memory);
    }
    raw.push(bytes === undefined || bytes.length > block.rawSize);
    coded.push(raw[i]! ? encodeRaw(indices, specs[plane]!.codes) : bytes!);
    await pause(i + 1, blocks.length);
  }
  const allRaw = !raw.includes(false);
  const header = { ...info, entropy: allRaw ? ('raw' as const) : ('dense' as const), rawBitmap: !allRaw && raw.includes(true) };
  const writer = new ByteWriter();
  writeHeader(writer, header);
  if (info.sections) {
    const section = await encodeAlpha(alpha!, info.width, info.height);
    writer.varint(1);
    writer.varint(section.length);
    writer.bytes(section);
    writer.u8(0);
  }
  if (layout.tiles > 1) {
    coded.forEach((block) => writer.varint(block.length));
  }
  if (header.rawBitmap) {
    for (let i = 0; i < raw.length; i += 8) {
      writer.u8(raw.slice(i, i + 8).reduce((byte, bit, at) => byte | (bit ? 1 << at : 0), 0));
    }
  }
  coded.forEach((block) => writer.bytes(block));
  writer.u32(crc32c(writer.toBytes()));
  return writer.toBytes();
}

/** How the encoder is set for a quality from 1 to 100. */
export function levelOf(levels: readonly QualityLevel[] | undefined, quality: number): QualityLevel {
  const level = levels?.[quality - 1];
  if (levels === undefined) {
    throw new VqError('model', 'the model has no quality map');
  }
  if (level === undefined) {
    throw new RangeError(`quality ${quality}; it is a whole number from 1 to 100`);
  }
  return level;
}
