import { VqError, refuse } from '../errors.js';
import { ByteReader, EndOfInput } from './reader.js';
import type { ByteWriter } from './writer.js';

/** The modes in which indices are coded, in the order of their numbers. */
export const entropyModes = ['raw', 'static', 'fast', 'dense'] as const;
export type EntropyMode = (typeof entropyModes)[number];

/** The version of the format that this package reads and writes. */
export const formatVersion = 1;

export const maxSide = 0xffffff;

/** What a `.vq` file says about itself in its first bytes. */
export interface VqInfo {
  readonly version: number;
  /** Pixels, 1 to 2²⁴ − 1. */
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
  readonly gray: boolean;
  /** 16 hexadecimal digits. */
  readonly modelId: string;
  /** Which of the model's sets of codebooks and tables is used. */
  readonly ratePoint: number;
  readonly stages: number;
  /** Pixels a side of a tile: 64 to 1024. */
  readonly tileSize: number;
  readonly entropy: EntropyMode;
  /** Whether sections follow the header. */
  readonly sections: boolean;
  /** Whether single blocks are coded raw although the mode is another. */
  readonly rawBitmap: boolean;
}

/** At most this many bytes are needed to read the header. */
export const headerBytes = 24;

/**
 * Reads the header of a `.vq` file. The first 24 bytes are enough; the rest, the checksum among it, is not looked at.
 * @throws VqError where the bytes are not the begin of a file that this package reads
 */
export function readInfo(bytes: Uint8Array): VqInfo {
  return readHeader(new ByteReader(bytes));
}

/** Reads the header and leaves the reader behind it. */
export function readHeader(reader: ByteReader): VqInfo {
  try {
    return readFields(reader);
  } catch (error) {
    if (error instanceof EndOfInput) {
      throw new VqError('format', `the file has ${reader.end} bytes and ends inside its header`, { cause: error });
    }
    throw error;
  }
}

function readFields(reader: ByteReader): VqInfo {
  if (reader.u8() !== 0x56 || reader.u8() !== 0x51 || reader.u8() !== 0x1a) {
    refuse('this is not a .vq file: it does not begin with 56 51 1a');
  }
  const version = reader.u8();
  if (version !== formatVersion) {
    throw new VqError('unsupported', `version ${version} of the format is not known, only version ${formatVersion}`);
  }
  const width = side(reader, 'width');
  const height = side(reader, 'height');
  const coding = reader.u8();
  const entropy = entropyModes[coding >> 4];
  if (entropy === undefined) {
    throw new VqError('unsupported', `entropy mode ${coding >> 4} is not known`);
  }
  const rawBitmap = (coding & 8) !== 0;
  if (rawBitmap && entropy === 'raw') {
    refuse('a raw bitmap in a file whose mode is raw');
  }
  const alpha = (coding & 1) !== 0;
  const sections = (coding & 4) !== 0;
  if (alpha && !sections) {
    refuse('alpha without the section that holds it');
  }
  let modelId = '';
  for (const byte of reader.take(8)) {
    modelId += byte.toString(16).padStart(2, '0');
  }
  const rate = reader.u8();
  if (rate > 0x1f) {
    refuse(`bits 5 to 7 of the rate byte are set: ${rate}`);
  }
  const stages = reader.u8();
  if (stages === 0) {
    refuse('a file with 0 stages');
  }
  let tile = 10;
  if ((rate & 0x10) !== 0) {
    tile = reader.u8();
    if (tile < 6 || tile > 9) {
      refuse(`tiles of 2^${tile} pixels; a tile byte is 6 to 9`);
    }
  }
  return {
    version,
    width,
    height,
    alpha,
    gray: (coding & 2) !== 0,
    modelId,
    ratePoint: rate & 15,
    stages,
    tileSize: 1 << tile,
    entropy,
    sections,
    rawBitmap,
  };
}

export function writeHeader(writer: ByteWriter, info: VqInfo): void {
  writer.bytes(Uint8Array.of(0x56, 0x51, 0x1a, info.version));
  writer.varint(info.width);
  writer.varint(info.height);
  writer.u8((info.alpha ? 1 : 0) | (info.gray ? 2 : 0) | (info.sections ? 4 : 0) | (info.rawBitmap ? 8 : 0) | (entropyModes.indexOf(info.entropy) << 4));
  for (let i = 0; i < 16; i += 2) {
    writer.u8(Number.parseInt(info.modelId.slice(i, i + 2), 16));
  }
  writer.u8(info.ratePoint | (info.tileSize === 1024 ? 0 : 0x10));
  writer.u8(info.stages);
  if (info.tileSize !== 1024) {
    writer.u8(31 - Math.clz32(info.tileSize));
  }
}

function side(reader: ByteReader, name: string): number {
  const value = reader.varint();
  if (value < 1 || value > maxSide) {
    refuse(`the ${name} is ${value} pixels; it is 1 to ${maxSide}`);
  }
  return value;
}
