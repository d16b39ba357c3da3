import { VqError, refuse } from '../errors.js';
import { decodeDense, DenseMemory, DenseState } from '../entropy/dense.js';
import type { DenseTables } from '../entropy/dense-tables.js';
import { decodeFast, type FastTables } from '../entropy/fast.js';
import { decodeRaw } from '../entropy/raw.js';
import { decodeStatic, type StaticTables } from '../entropy/static.js';
import type { EntropyTables } from '../entropy/tables.js';
import type { EntropyMode } from '../format/header.js';
import type { Layout } from '../format/layout.js';
import { EndOfInput } from '../format/reader.js';
import type { Structure } from '../format/structure.js';

/** A plane's indices: of each stage, rows from the top. */
export interface PlaneIndices {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  readonly stages: readonly Uint16Array[];
}

/** The tables of one mode at one rate point. */
export interface ModeTables {
  readonly static?: StaticTables;
  readonly fast?: FastTables;
  readonly dense?: DenseTables;
}

/** The tables that a mode needs; refuses one that the model does not have. */
export function modeTables(tables: EntropyTables | undefined, mode: EntropyMode, point: number): ModeTables {
  const found = mode === 'raw' ? {} : { [mode]: tables?.[mode](point) };
  if (mode !== 'raw' && (found as ModeTables)[mode] === undefined) {
    throw new VqError('unsupported', `the model has no tables for the ${mode} mode at rate point ${point}`);
  }
  return found;
}

/** Called between blocks: decoding waits for what it returns, and ends where it throws. */
export type Pause = (blocksDone: number, blocks: number) => Promise<void> | undefined;

const noPause: Pause = () => undefined;

/**
 * Decodes the blocks of a file.
 * @param wanted leading stages to decode, at most those of the file
 * @returns the indices, and how many leading stages are whole: fewer than wanted only in a file cut short
 */
export async function decodeBlocks(structure: Structure, tables: ModeTables, wanted: number, pause: Pause = noPause): Promise<{ planes: PlaneIndices[]; stages: number }> {
  checkTables(structure, tables);
  const { layout } = structure;
  const planes = layout.planes.map((plane, i) => ({
    name: plane.name,
    columns: layout.columnsOf(i),
    rows: layout.rowsOf(i),
    stages: [] as Uint16Array[],
  }));
  const decoder = new BlockDecoder(structure, tables, pause);
  if (structure.offsets === undefined) {
    return await decoder.oneTile(planes, wanted);
  }
  return await decoder.tiles(planes, Math.min(wanted, wholeStages(structure)));
}

/** Refuses blocks of stages without tables that are not raw. */
function checkTables({ info, blocks, raw }: Structure, tables: ModeTables): void {
  const mode = info.entropy;
  if (mode === 'static' || mode === 'fast') {
    blocks.forEach((block, i) => {
      if (raw[i] === 0 && tables[mode]![block.plane]![block.stage] === undefined) {
        refuse(`stage ${block.stage} has no table for the ${mode} mode, but a block of it is not raw`);
      }
    });
  }
}

/** Leading stages of which every block is in the file. */
function wholeStages({ blocks, offsets, bytes, info, partial }: Structure): number {
  if (partial) {
    for (let i = 0; i < blocks.length; i++) {
      if (offsets![i + 1]! > bytes.length) {
        return blocks[i]!.stage;
      }
    }
  }
  return info.stages;
}

class BlockDecoder {
  private readonly memory = new DenseMemory();
  private done = 0;

  constructor(
    private readonly structure: Structure,
    private readonly tables: ModeTables,
    private readonly pause: Pause,
  ) {}

  /** Blocks one after the other, as each says where the next one begins. */
  async oneTile(planes: { stages: Uint16Array[] }[], wanted: number): Promise<{ planes: PlaneIndices[]; stages: number }> {
    const { blocks, end, begin, layout, partial } = this.structure;
    const states = layout.planes.map((_, plane) => this.newState(plane, 0));
    let at = begin;
    let stages = 0;
    for (let i = 0; i < blocks.length && blocks[i]!.stage < wanted; i++) {
      const block = blocks[i]!;
      const indices = new Uint16Array(block.count);
      try {
        at = this.block(i, at, Math.min(end, at + block.rawSize), states[block.plane]!, indices, planes[block.plane]!.stages[block.stage - 1]);
      } catch (error) {
        if (partial && error instanceof EndOfInput && at + block.rawSize > end) {
          break;
        }
        throw error;
      }
      planes[block.plane]!.stages.push(indices);
      if (blocks[i + 1]?.stage !== block.stage) {
        stages = block.stage + 1;
      }
      await this.pause(++this.done, blocks.length);
    }
    const left = this.structure.bytes.length - at;
    if (stages === layout.stages && (partial ? left >= 4 : left !== 4)) {
      refuse(partial && left === 4 ? 'the checksum is wrong: the file is damaged' : `the last block ends at byte ${at}, not where the checksum begins`);
    }
    return this.leading(planes, Math.min(stages, wanted));
  }

  /** Tile by tile, so that the state of only one tile is held. */
  async tiles(planes: { stages: Uint16Array[] }[], stages: number): Promise<{ planes: PlaneIndices[]; stages: number }> {
    const { layout, blocks, offsets } = this.structure;
    const { tiles } = layout;
    const starts = blockStarts(layout);
    planes.forEach((plane, p) => {
      const count = layout.columnsOf(p) * layout.rowsOf(p);
      plane.stages = Array.from({ length: Math.min(stages, layout.planes[p]!.stages) }, () => new Uint16Array(count));
    });
    for (let plane = 0; plane < planes.length; plane++) {
      const columns = layout.columnsOf(plane);
      for (let tile = 0; tile < tiles; tile++) {
        const grid = layout.grid(plane, tile);
        const state = this.newState(plane, tile);
        let before: Uint16Array | undefined;
        for (let stage = 0; stage < planes[plane]!.stages.length; stage++) {
          const i = starts[plane]![stage]! + tile;
          const indices = new Uint16Array(blocks[i]!.count);
          const end = this.block(i, offsets![i]!, offsets![i + 1]!, state, indices, before);
          if (end !== offsets![i + 1]!) {
            refuse(`block ${i} ends at byte ${end}, not at ${offsets![i + 1]!} where its length says`);
          }
          const target = planes[plane]!.stages[stage]!;
          for (let row = 0; row < grid.rows; row++) {
            target.set(indices.subarray(row * grid.columns, (row + 1) * grid.columns), (grid.row + row) * columns + grid.column);
          }
          before = indices;
          await this.pause(++this.done, blocks.length);
        }
      }
    }
    return this.leading(planes, stages);
  }

  private newState(plane: number, tile: number): DenseState | undefined {
    const { dense } = this.tables;
    if (dense === undefined) {
      return undefined;
    }
    const { columns, rows } = this.structure.layout.grid(plane, tile);
    return new DenseState(columns, rows, dense[plane]![0]!.dimensions);
  }

  /** Decodes one block and gives where it ends. */
  private block(i: number, begin: number, end: number, state: DenseState | undefined, indices: Uint16Array, before: Uint16Array | undefined): number {
    const { bytes, blocks, raw, layout, info } = this.structure;
    const { plane, stage, tile, rawSize } = blocks[i]!;
    if (raw[i] === 1) {
      if (begin + rawSize > end) {
        throw new EndOfInput(end);
      }
      decodeRaw(bytes.subarray(begin, begin + rawSize), layout.planes[plane]!.codes, indices);
      if (state !== undefined) {
        const dense = this.tables.dense![plane]![stage]!;
        indices.forEach((code, position) => state.place(dense, position, code));
        state.endStage(dense, indices);
      }
      return begin + rawSize;
    }
    if (info.entropy === 'static') {
      return decodeStatic(bytes, begin, end, this.tables.static![plane]![stage]!, indices);
    }
    if (info.entropy === 'fast') {
      return decodeFast(bytes, begin, end, this.tables.fast![plane]![stage]!, layout.grid(plane, tile).columns, before, indices);
    }
    return decodeDense(bytes, begin, end, this.tables.dense![plane]!, state!, indices, this.memory);
  }

  private leading(planes: { stages: Uint16Array[] }[], stages: number): { planes: PlaneIndices[]; stages: number } {
    for (const plane of planes) {
      plane.stages.length = Math.min(plane.stages.length, stages);
    }
    return { planes: planes as unknown as PlaneIndices[], stages };
  }
}

/** Of each plane and stage the number of its first block. */
function blockStarts(layout: Layout): number[][] {
  const starts: number[][] = layout.planes.map(() => []);
  let next = 0;
  for (let stage = 0; stage < layout.stages; stage++) {
    layout.planes.forEach((plane, p) => {
      if (stage < plane.stages) {
        starts[p]![stage] = next;
        next += layout.tiles;
      }
    });
  }
  return starts;
}
