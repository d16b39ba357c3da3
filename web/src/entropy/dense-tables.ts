import { VqError } from '../errors.js';
import type { PlaneSpec } from '../format/layout.js';
import type { ByteReader } from '../format/reader.js';

export const contextCount = 20;
export const inputCount = 24;
export const maxDepth = 24;

/** The tables of one stage of mode 3. A decision at node i leads to a node, or to a code where the number is negative: −1 − code. */
export interface DenseStage {
  readonly codes: number;
  readonly leafOf: Uint16Array;
  readonly whenZero: Int32Array;
  readonly whenOne: Int32Array;
  /** The first leaf of each node's right part, and each node's depth. */
  readonly split: Uint32Array;
  readonly depth: Uint8Array;
  /** Entries that context 0 starts from: count · 2¹⁶ + probability. */
  readonly order0: Uint32Array;
  /** One more than the codes: the class and rank of what is outside. */
  readonly classes: Uint8Array;
  readonly ranks: Uint8Array;
  readonly energies: Uint16Array;
  readonly levels: Uint8Array;
  readonly weightRate: number;
  /** Dimensions of vectors and axes: 0, 16 or 32. */
  readonly dimensions: number;
  readonly vectors: Int16Array;
  readonly axes: Int16Array;
  readonly thresholds: Int32Array;
  readonly slopes: Uint32Array;
  /** Terms of component d: termEnds[d] to termEnds[d + 1] − 1. */
  readonly termEnds: Uint16Array;
  readonly terms: Uint16Array;
  readonly coefficients: Int16Array;
  readonly confidence: Uint16Array;
  readonly depthWeights: Int32Array;
  readonly activityWeights?: Int32Array;
  /** Entries with their checks: check · 2²⁴ + count · 2¹⁶ + probability, 0 where empty. */
  readonly start?: Uint32Array;
}

export type DenseTables = readonly (readonly DenseStage[])[];

const packedCounts = Uint8Array.of(0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192);

export function readDenseTables(reader: ByteReader, planes: readonly PlaneSpec[]): DenseTables {
  return planes.map((plane) => {
    const dimensions = reader.u8();
    if (dimensions !== 0 && dimensions !== 16 && dimensions !== 32) {
      wrong(`${dimensions} dimensions; there are 0, 16 or 32`);
    }
    return Array.from({ length: plane.stages }, () => readStage(reader, plane.codes, dimensions));
  });
}

function readStage(reader: ByteReader, codes: number, dimensions: number): DenseStage {
  const nodes = codes - 1;
  const tree = readTree(reader, codes);
  const order0 = Uint32Array.from(reader.u16s(nodes), unpack);
  if (order0.includes(0)) {
    wrong('an entry of order 0 is empty');
  }
  const classes = withOutside(below(reader.take(codes), 31, 'a class'), 31);
  const ranks = withOutside(below(reader.take(codes), 3, 'a rank'), 3);
  const energies = reader.u16s(codes);
  const levels = reader.take(3);
  const weightRate = reader.u8();
  if (weightRate > 127) {
    wrong(`a weight rate of ${weightRate}; it is 0 to 127`);
  }
  const vectors = within(reader.i16s(codes * dimensions), 8191, 'a vector');
  const axes = within(reader.i16s(nodes * dimensions), 4095, 'an axis');
  const thresholds = Int32Array.from(reader.u32s(dimensions > 0 ? nodes : 0), (stored) => {
    if (stored > 0x7fffffff) {
      wrong('a threshold is out of range');
    }
    return stored - 0x40000000;
  });
  const slopes = reader.u32s(dimensions > 0 ? nodes : 0);
  if (slopes.some((slope) => slope > 1 << 24)) {
    wrong('a slope is out of range');
  }
  const predictor = readPredictor(reader, dimensions);
  const confidence = below(reader.u16s(contextCount * 8), 1025, 'a confidence');
  const depthWeights = readWeights(reader, maxDepth);
  const activityWeights = flag(reader) ? readWeights(reader, 256) : undefined;
  const start = readStart(reader);
  return {
    codes,
    ...tree,
    order0,
    classes,
    ranks,
    energies,
    levels,
    weightRate,
    dimensions,
    vectors,
    axes,
    thresholds,
    slopes,
    ...predictor,
    confidence,
    depthWeights,
    activityWeights,
    start,
  };
}

function readTree(reader: ByteReader, codes: number): Pick<DenseStage, 'leafOf' | 'whenZero' | 'whenOne' | 'split' | 'depth'> {
  const nodes = codes - 1;
  const leaves = reader.u16s(codes);
  const leafOf = new Uint16Array(codes);
  const seen = new Uint8Array(codes);
  leaves.forEach((code, leaf) => {
    if (code >= codes || seen[code] === 1) {
      wrong('the leaves of a tree are not each code once');
    }
    seen[code] = 1;
    leafOf[code] = leaf;
  });
  const left = reader.u16s(nodes);
  const whenZero = new Int32Array(nodes);
  const whenOne = new Int32Array(nodes);
  const split = new Uint32Array(nodes);
  const depth = new Uint8Array(nodes);
  // The first leaf and the leaves of each node's part; a node's number is above its parent's.
  const first = new Uint32Array(nodes);
  const size = new Uint32Array(nodes);
  size[0] = codes;
  for (let node = 0; node < nodes; node++) {
    const leftSize = left[node]!;
    const rightSize = size[node]! - leftSize;
    if (leftSize < 1 || rightSize < 1 || depth[node]! >= maxDepth) {
      wrong(`node ${node} of a tree is damaged`);
    }
    split[node] = first[node]! + leftSize;
    const part = (child: number, begin: number, count: number): number => {
      if (count === 1) {
        return -1 - leaves[begin]!;
      }
      first[child] = begin;
      size[child] = count;
      depth[child] = depth[node]! + 1;
      return child;
    };
    whenZero[node] = part(node + 1, first[node]!, leftSize);
    whenOne[node] = part(node + leftSize, split[node]!, rightSize);
  }
  return { leafOf, whenZero, whenOne, split, depth };
}

function readPredictor(reader: ByteReader, dimensions: number): Pick<DenseStage, 'termEnds' | 'terms' | 'coefficients'> {
  const termEnds = new Uint16Array(dimensions + 1);
  const terms: number[] = [];
  const coefficients: number[] = [];
  for (let d = 0; d < dimensions; d++) {
    const count = reader.u8();
    if (count > 12) {
      wrong(`a component has ${count} terms; it has at most 12`);
    }
    for (let i = 0; i < count; i++) {
      terms.push(reader.u16());
      coefficients.push(reader.i16());
    }
    termEnds[d + 1] = terms.length;
  }
  return {
    termEnds,
    terms: below(Uint16Array.from(terms), 11 * dimensions, 'a term'),
    coefficients: within(Int16Array.from(coefficients), 16384, 'a coefficient'),
  };
}

/** Sets of 24 weights, stored in 16ths. */
function readWeights(reader: ByteReader, sets: number): Int32Array {
  return Int32Array.from(within(reader.i16s(sets * inputCount), 32767, 'a weight'), (stored) => stored * 16);
}

function readStart(reader: ByteReader): Uint32Array | undefined {
  const bits = reader.u8();
  if (bits === 0) {
    return undefined;
  }
  if (bits < 2 || bits > 18) {
    wrong(`2^${bits} start entries; b is 2 to 18`);
  }
  const stored = reader.take(3 << bits);
  const entries = new Uint32Array(1 << bits);
  for (let i = 0; i < entries.length; i++) {
    const entry = unpack(stored[3 * i + 1]! | (stored[3 * i + 2]! << 8));
    entries[i] = entry === 0 ? 0 : ((stored[3 * i]! << 24) | entry) >>> 0;
  }
  return entries;
}

/** A packed entry as count · 2¹⁶ + probability; 0 where it is empty. */
function unpack(packed: number): number {
  const count = packedCounts[packed >> 12]!;
  return count === 0 ? 0 : (count << 16) | ((packed & 4095) << 4) | 8;
}

function flag(reader: ByteReader): boolean {
  const value = reader.u8();
  if (value > 1) {
    wrong(`the byte ${value} where 0 or 1 says whether activity weights follow`);
  }
  return value === 1;
}

function withOutside(numbers: Uint8Array, outside: number): Uint8Array {
  const more = new Uint8Array(numbers.length + 1);
  more.set(numbers);
  more[numbers.length] = outside;
  return more;
}

function below<T extends Uint8Array | Uint16Array>(numbers: T, limit: number, what: string): T {
  if (numbers.some((number: number) => number >= limit)) {
    wrong(`${what} is not below ${limit}`);
  }
  return numbers;
}

function within(numbers: Int16Array, limit: number, what: string): Int16Array {
  if (numbers.some((number) => number > limit || number < -limit)) {
    wrong(`${what} is not within ±${limit}`);
  }
  return numbers;
}

function wrong(what: string): never {
  throw new VqError('model', `tables.bin: ${what}`);
}
