import { VqError, refuse } from '../errors.js';
import { crc32c } from './crc32c.js';
import { readHeader, type VqInfo } from './header.js';
import { Layout, type Block, type PlaneSpec } from './layout.js';
import { ByteReader, EndOfInput } from './reader.js';
import { readSections, type Sections } from './sections.js';

/** What a reader allows, compared with the header before anything of the image's size is allocated. */
export interface VqLimits {
  /** Pixels, extended to the model's largest stride. Default: 2²⁶, a 67-megapixel image. */
  readonly maxPixels?: number;
  /** Bytes for the indices of all stages, two each. Default: 2²⁸. */
  readonly maxIndexBytes?: number;
}

export const defaultLimits: Required<VqLimits> = { maxPixels: 2 ** 26, maxIndexBytes: 2 ** 28 };

/** What of a model the structure of a file depends on. */
export interface ModelShape {
  readonly id: string;
  readonly name: string;
  readonly planes: readonly PlaneSpec[];
  readonly ratePoints: number;
}

const checksumBytes = 4;

/** A file whose structure was checked: everything but the blocks' content. */
export interface Structure {
  readonly bytes: Uint8Array;
  readonly info: VqInfo;
  readonly sections: Sections;
  readonly layout: Layout;
  readonly blocks: readonly Block[];
  /** Where block i begins and, at i + 1, where it ends; absent where only decoding tells. */
  readonly offsets?: Float64Array;
  /** Where the first block begins, and where the checksum or, in a file cut short, the file ends. */
  readonly begin: number;
  readonly end: number;
  /** For each block whether it is coded in mode 0. */
  readonly raw: Uint8Array;
  /** A file cut short, of which the caller wants what is left. */
  readonly partial: boolean;
}

/** Reads a header and compares it with a model and with the limits. */
export function checkHeader(info: VqInfo, model: ModelShape, limits: VqLimits | undefined): Layout {
  if (info.modelId !== model.id) {
    throw new VqError('model', `the file was made with the model ${info.modelId}; this one, ${model.name}, is ${model.id}`);
  }
  if (info.ratePoint >= model.ratePoints) {
    refuse(`rate point ${info.ratePoint}; the model has ${model.ratePoints}`);
  }
  const most = Math.max(...model.planes.map((plane) => plane.stages));
  if (info.stages > most) {
    refuse(`${info.stages} stages; the model has ${most}`);
  }
  const layout = new Layout(model.planes, info.stages, info);
  const { maxPixels, maxIndexBytes } = { ...defaultLimits, ...limits };
  if (layout.fullWidth * layout.fullHeight > maxPixels) {
    throw new VqError('limit', `${info.width}×${info.height} pixels; at most ${maxPixels} pixels are allowed (limits.maxPixels)`);
  }
  if (2 * layout.indexCount > maxIndexBytes) {
    throw new VqError('limit', `${layout.indexCount} indices; at most ${maxIndexBytes} bytes are allowed for them (limits.maxIndexBytes)`);
  }
  return layout;
}

/**
 * Checks everything of a file but its blocks' content and its alpha.
 * @param partial whether a file that is cut short gives what is left
 */
export function readStructure(bytes: Uint8Array, model: ModelShape, limits: VqLimits | undefined, partial: boolean): Structure {
  const reader = new ByteReader(bytes);
  const info = readHeader(reader);
  const layout = checkHeader(info, model, limits);
  const sections = readSections(reader, info);
  const bitmapBytes = info.rawBitmap ? Math.ceil(layout.blockCount / 8) : 0;
  const single = layout.tiles === 1;
  if (layout.blockCount * (single ? 0 : 1) + bitmapBytes > reader.left) {
    throw new EndOfInput(bytes.length);
  }
  const blocks = layout.blocks();
  const lengths = single ? undefined : blocks.map((block) => blockLength(reader, block));
  const raw = rawBlocks(reader, info, blocks, bitmapBytes);
  const begin = reader.offset;
  const offsets = blockOffsets(blocks, raw, lengths, begin);
  const cut = checkLength(bytes, blocks, raw, offsets, begin, partial);
  return { bytes, info, sections, layout, blocks, offsets, begin, end: cut ? bytes.length : bytes.length - checksumBytes, raw, partial: cut };
}

function blockLength(reader: ByteReader, block: Block): number {
  const length = reader.varint();
  if (length < 1 || length > block.rawSize) {
    refuse(`a block of ${length} bytes; it has 1 to ${block.rawSize}`);
  }
  return length;
}

function rawBlocks(reader: ByteReader, info: VqInfo, blocks: readonly Block[], bitmapBytes: number): Uint8Array {
  const raw = new Uint8Array(blocks.length);
  if (info.entropy === 'raw') {
    return raw.fill(1);
  }
  if (info.rawBitmap) {
    const bitmap = reader.take(bitmapBytes);
    let any = 0;
    for (let i = 0; i < 8 * bitmap.length; i++) {
      const bit = (bitmap[i >> 3]! >> (i & 7)) & 1;
      any |= bit;
      if (i < raw.length) {
        raw[i] = bit;
      } else if (bit === 1) {
        refuse('a bit behind the last block is set in the raw bitmap');
      }
    }
    if (any === 0) {
      refuse('a raw bitmap without a raw block');
    }
  }
  return raw;
}

/** Known where lengths are in the file and where all blocks are raw. */
function blockOffsets(blocks: readonly Block[], raw: Uint8Array, lengths: readonly number[] | undefined, begin: number): Float64Array | undefined {
  if (lengths === undefined && raw.includes(0)) {
    return undefined;
  }
  const offsets = new Float64Array(blocks.length + 1);
  let at = begin;
  for (let i = 0; i < blocks.length; i++) {
    offsets[i] = at;
    const length = lengths?.[i] ?? blocks[i]!.rawSize;
    if (raw[i] === 1 && length !== blocks[i]!.rawSize) {
      refuse(`a raw block of ${length} bytes instead of ${blocks[i]!.rawSize}`);
    }
    at += length;
  }
  offsets[blocks.length] = at;
  return offsets;
}

/** Checks the file's length as far as it is known, and its checksum; true for a file cut short of which the rest is wanted. */
function checkLength(bytes: Uint8Array, blocks: readonly Block[], raw: Uint8Array, offsets: Float64Array | undefined, begin: number, partial: boolean): boolean {
  let least = begin + checksumBytes;
  let most = least;
  blocks.forEach((block, i) => {
    least += raw[i] === 1 ? block.rawSize : 1;
    most += block.rawSize;
  });
  if (offsets !== undefined) {
    least = most = offsets[blocks.length]! + checksumBytes;
  }
  if (bytes.length > most) {
    refuse(`the file has ${bytes.length} bytes where at most ${most} are expected`);
  }
  if (bytes.length < least) {
    if (partial) {
      return true;
    }
    throw new EndOfInput(bytes.length);
  }
  const end = bytes.length - checksumBytes;
  const stored = new ByteReader(bytes, end).u32();
  if (crc32c(bytes.subarray(0, end)) !== stored) {
    // Where only decoding tells how long the blocks are, the file may be cut short: the decoder finds out.
    if (partial && offsets === undefined) {
      return true;
    }
    refuse('the checksum is wrong: the file is damaged or cut short');
  }
  return false;
}
