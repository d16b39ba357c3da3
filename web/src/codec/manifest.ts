import { VqError } from '../errors.js';
import type { PlaneSpec } from '../format/layout.js';

/** How the encoder is set for one quality, and what that gave on calibration images. */
export interface QualityLevel {
  readonly ratePoint: number;
  readonly stages: number;
  readonly lambda: number;
}

export interface FileEntry {
  readonly bytes: number;
  readonly sha256: string;
}

/** What this package takes from a model folder's `model.json`. */
export interface Manifest {
  readonly name: string;
  readonly id: string;
  readonly planes: readonly PlaneSpec[];
  readonly ratePoints: number;
  /** The network family and its sizes, which tell how far the networks see. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly defaultQuality: number | undefined;
  /** For the qualities 1 to 100. */
  readonly levels: readonly QualityLevel[] | undefined;
  readonly files: Readonly<Record<string, FileEntry>>;
}

const keys = ['format', 'name', 'id', 'producer', 'spec', 'planes', 'rate_points', 'quality', 'files', 'verification', 'variants', 'provenance', 'license'];
const maxFileBytes = 2 ** 30;
export const maxManifestBytes = 2 ** 20;

/** Reads and checks a `model.json`. */
export function readManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > maxManifestBytes) {
    wrong(`it has ${bytes.length} bytes; at most ${maxManifestBytes} are allowed`);
  }
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new VqError('model', 'model.json is not JSON in UTF-8', { cause: error });
  }
  const root = object(json, 'it');
  for (const key of Object.keys(root)) {
    if (!keys.includes(key)) {
      wrong(`the key ${key} is not known`);
    }
  }
  if (root.format !== 1) {
    wrong(`format ${String(root.format)} is not known, only 1`);
  }
  const ratePoints = integer(root.rate_points, 1, 16, 'rate_points');
  const planes = list(root.planes, 'planes').map(readPlane);
  if (planes.length < 1 || planes.length > 255) {
    wrong('a model has 1 to 255 planes');
  }
  const stages = Math.max(...planes.map((plane) => plane.stages));
  const quality = root.quality === undefined ? undefined : object(root.quality, 'quality');
  const levels = quality === undefined ? undefined : list(quality.levels, 'levels').map((level) => readLevel(level, ratePoints, stages));
  if (levels !== undefined && levels.length !== 100) {
    wrong('the quality map does not have 100 levels');
  }
  return {
    name: text(root.name, /^[^\p{Cc}]{1,200}$/u, 'name'),
    id: text(root.id, /^[0-9a-f]{16}$/, 'id'),
    planes,
    ratePoints,
    spec: object(root.spec, 'spec'),
    defaultQuality: quality === undefined ? undefined : integer(quality.default, 1, 100, 'the default quality'),
    levels,
    files: readFiles(root.files),
  };
}

function readPlane(value: unknown): PlaneSpec {
  const plane = object(value, 'a plane');
  const stride = integer(plane.stride, 2, 32, 'stride');
  if ((stride & (stride - 1)) !== 0) {
    wrong(`a stride of ${stride} is no power of two`);
  }
  return {
    name: text(plane.name, /^[a-z_]{0,32}$/, 'the name of a plane'),
    stride,
    stages: integer(plane.stages, 1, 255, 'stages'),
    codes: integer(plane.codes, 2, 65536, 'codes'),
  };
}

function readLevel(value: unknown, ratePoints: number, stages: number): QualityLevel {
  const level = object(value, 'a level');
  if (typeof level.lambda !== 'number' || !(level.lambda >= 0 && level.lambda < 1e9)) {
    wrong('a level has no lambda');
  }
  return {
    ratePoint: integer(level.rate_point, 0, ratePoints - 1, 'rate_point'),
    stages: integer(level.stages, 1, stages, 'the stages of a level'),
    lambda: level.lambda as number,
  };
}

function readFiles(value: unknown): Record<string, FileEntry> {
  const files: Record<string, FileEntry> = {};
  for (const [name, entry] of Object.entries(object(value, 'files'))) {
    text(name, /^[^/\\:\p{Cc}]{1,255}$/u, 'a file name');
    const { bytes, sha256 } = object(entry, name);
    files[name] = { bytes: integer(bytes, 0, maxFileBytes, `the length of ${name}`), sha256: text(sha256, /^[0-9a-f]{64}$/, `the hash of ${name}`) };
  }
  return files;
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    wrong(`${what} is not an object`);
  }
  return value as Record<string, unknown>;
}

function list(value: unknown, what: string): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : wrong(`${what} is not a list`);
}

function integer(value: unknown, least: number, most: number, what: string): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
    ? value
    : wrong(`${what} is not a whole number from ${least} to ${most}`);
}

function text(value: unknown, pattern: RegExp, what: string): string {
  return typeof value === 'string' && pattern.test(value) ? value : wrong(`${what} is wrong`);
}

function wrong(what: string): never {
  throw new VqError('model', `model.json: ${what}`);
}
