import { VqError } from '../errors.js';
import type { PlaneSpec } from '../format/layout.js';
import type { ByteReader } from '../format/reader.js';
import { readFrequencies } from './frequencies.js';
import { RansDecoder, type FrequencyTable } from './rans.js';

const bits = 12;

/** The tables of one stage of mode 2. */
export interface FastStage {
  /** Classes of neighbours, and each code's. */
  readonly neighbours: number;
  readonly neighbourClass: Uint8Array;
  /** Classes of the stage before (1 on the first), and each of its codes'. */
  readonly before: number;
  readonly beforeClass?: Uint8Array;
  /** The codes of each class in ascending order. */
  readonly members: readonly Uint16Array[];
  /** The class table of each context, and the code table of each class table. */
  readonly contexts: Uint8Array;
  readonly codeTableOf: Uint8Array;
  readonly classTables: readonly FrequencyTable[];
  /** Code table · classes + class. */
  readonly codeTables: readonly FrequencyTable[];
}

export type FastTables = readonly (readonly (FastStage | undefined)[])[];

export function readFastTables(reader: ByteReader, planes: readonly PlaneSpec[]): FastTables {
  return planes.map((plane) => Array.from({ length: plane.stages }, (_, stage) => readStage(reader, plane.codes, stage)));
}

function readStage(reader: ByteReader, codes: number, stage: number): FastStage | undefined {
  const has = reader.u8();
  if (has === 0) {
    return undefined;
  }
  if (has !== 1 || codes > 32768) {
    throw new VqError('model', 'tables.bin: a fast stage that is neither there nor absent');
  }
  const neighbours = reader.u8();
  const neighbourClass = classes(reader, codes, neighbours);
  const before = stage === 0 ? 1 : reader.u8();
  const beforeClass = stage === 0 ? undefined : classes(reader, codes, before);
  const own = reader.u8();
  const members = membersOf(classes(reader, codes, own), own);
  const classTableCount = reader.u16();
  const codeTableCount = reader.u8();
  if (classTableCount < 1 || classTableCount > 256 || codeTableCount < 1) {
    throw new VqError('model', `tables.bin: ${classTableCount} class tables and ${codeTableCount} code tables`);
  }
  const contexts = classes(reader, (neighbours + 1) ** 2 * before, classTableCount);
  const codeTableOf = classes(reader, classTableCount, codeTableCount);
  const classTables = Array.from({ length: classTableCount }, () => readFrequencies(reader, own, bits, true));
  const codeTables = Array.from({ length: codeTableCount * own }, (_, i) => readFrequencies(reader, members[i % own]!.length, bits, false));
  return { neighbours, neighbourClass, before, beforeClass, members, contexts, codeTableOf, classTables, codeTables };
}

/** Numbers below a count. */
function classes(reader: ByteReader, length: number, count: number): Uint8Array {
  const numbers = reader.take(length);
  if (count < 1 || numbers.some((number) => number >= count)) {
    throw new VqError('model', `tables.bin: a class of the fast part is not below ${count}`);
  }
  return numbers;
}

function membersOf(classOf: Uint8Array, count: number): Uint16Array[] {
  const members: number[][] = Array.from({ length: count }, () => []);
  classOf.forEach((group, code) => members[group]!.push(code));
  if (members.some((group) => group.length === 0)) {
    throw new VqError('model', 'tables.bin: a class of the fast part has no code');
  }
  return members.map((group) => Uint16Array.from(group));
}

/**
 * Mode 2. Gives where the block ends.
 * @param before the indices of the stage before; not on a plane's first stage
 */
export function decodeFast(
  bytes: Uint8Array,
  begin: number,
  end: number,
  stage: FastStage,
  columns: number,
  before: Uint16Array | undefined,
  indices: Uint16Array,
): number {
  const n = indices.length;
  const second = n < 512 ? 0 : 1;
  const rans = new RansDecoder(bytes, begin, end, second + 1);
  const { neighbours, neighbourClass, beforeClass, members, contexts } = stage;
  const groups = members.length;
  for (let i = 0, x = 0; i < n; i++) {
    const left = x > 0 ? neighbourClass[indices[i - 1]!]! : neighbours;
    const above = i >= columns ? neighbourClass[indices[i - columns]!]! : neighbours;
    const earlier = beforeClass === undefined ? 0 : beforeClass[before![i]!]!;
    const table = contexts[(above * stage.before + earlier) * (neighbours + 1) + left]!;
    const group = rans.symbol(0, stage.classTables[table]!);
    const number = rans.symbol(second, stage.codeTables[stage.codeTableOf[table]! * groups + group]!);
    indices[i] = members[group]![number]!;
    x = x + 1 === columns ? 0 : x + 1;
  }
  return rans.finish();
}
