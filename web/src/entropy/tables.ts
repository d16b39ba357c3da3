import { VqError } from '../errors.js';
import type { PlaneSpec } from '../format/layout.js';
import { ByteReader, EndOfInput } from '../format/reader.js';
import { readDenseTables, type DenseTables } from './dense-tables.js';
import { readFastTables, type FastTables } from './fast.js';
import { readStaticTables, type StaticTables } from './static.js';

export const tablesVersion = 1;
const maxBytes = 2 ** 26;

/**
 * A model's `tables.bin`. The file's structure is checked at once; a part is parsed, and its content checked, when a file needs it, and the last one used of
 * each mode is kept: a model has some of 1 MiB.
 */
export class EntropyTables {
  private readonly parts: readonly (readonly (Uint8Array | undefined)[])[];
  private readonly kept = new Map<number, { point: number; tables: unknown }>();

  constructor(
    bytes: Uint8Array,
    private readonly planes: readonly PlaneSpec[],
    ratePoints: number,
  ) {
    if (bytes.length > maxBytes) {
      throw new VqError('model', `tables.bin has ${bytes.length} bytes; at most ${maxBytes} are allowed`);
    }
    this.parts = inModel(() => readParts(new ByteReader(bytes), planes, ratePoints));
  }

  static(point: number): StaticTables | undefined {
    return this.part(point, 0, readStaticTables);
  }

  fast(point: number): FastTables | undefined {
    return this.part(point, 1, readFastTables);
  }

  dense(point: number): DenseTables | undefined {
    return this.part(point, 2, readDenseTables);
  }

  private part<T>(point: number, mode: number, read: (reader: ByteReader, planes: readonly PlaneSpec[]) => T): T | undefined {
    const kept = this.kept.get(mode);
    if (kept?.point === point) {
      return kept.tables as T;
    }
    const content = this.parts[point]?.[mode];
    if (content === undefined) {
      return undefined;
    }
    const tables = inModel(() => {
      const reader = new ByteReader(content);
      const made = read(reader, this.planes);
      if (reader.left !== 0) {
        throw new VqError('model', `tables.bin: ${reader.left} bytes are left over in a part of rate point ${point}`);
      }
      return made;
    });
    this.kept.set(mode, { point, tables });
    return tables;
  }
}

function readParts(reader: ByteReader, planes: readonly PlaneSpec[], ratePoints: number): (Uint8Array | undefined)[][] {
  const wrong = (what: string): never => {
    throw new VqError('model', `tables.bin: ${what}`);
  };
  if (reader.u32() !== 0x1a545156) {
    wrong('it does not begin with 56 51 54 1a');
  }
  const version = reader.u8();
  if (version !== tablesVersion) {
    wrong(`version ${version} is not known, only version ${tablesVersion}`);
  }
  if (reader.u8() !== planes.length) {
    wrong('its planes are not those of the model');
  }
  for (const plane of planes) {
    if (reader.u8() !== plane.stages || reader.u32() !== plane.codes) {
      wrong('its planes are not those of the model');
    }
  }
  if (reader.u8() !== ratePoints) {
    wrong('its rate points are not those of the model');
  }
  const parts = Array.from({ length: ratePoints }, () =>
    Array.from({ length: 3 }, () => {
      const length = reader.u32();
      return length === 0 ? undefined : reader.take(length);
    }),
  );
  if (reader.left !== 0) {
    wrong(`${reader.left} bytes stand behind the last part`);
  }
  return parts;
}

/** Runs a reader of the model: what ends too early there is a damaged model, not a damaged file. */
function inModel<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof EndOfInput) {
      throw new VqError('model', 'tables.bin ends too early', { cause: error });
    }
    throw error;
  }
}
