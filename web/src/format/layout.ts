import type { VqInfo } from './header.js';

/** A grid of indices of a model. */
export interface PlaneSpec {
  /** Empty where the model has only one plane. */
  readonly name: string;
  /** Pixels a position covers a side: a power of two, at most 32. */
  readonly stride: number;
  readonly stages: number;
  /** Codes of each stage, 2 to 65536. */
  readonly codes: number;
}

/** A tile's part of a plane, in positions. */
export interface TileGrid {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
}

/** One stage of one plane in one tile. */
export interface Block {
  readonly stage: number;
  readonly plane: number;
  readonly tile: number;
  /** Indices. */
  readonly count: number;
  /** Bytes when coded in mode 0, the most that it can have. */
  readonly rawSize: number;
}

/** How an image's planes are divided. */
export class Layout {
  readonly width: number;
  readonly height: number;
  /** Width and height, extended to the largest stride. */
  readonly fullWidth: number;
  readonly fullHeight: number;
  readonly tileColumns: number;
  readonly tiles: number;
  readonly blockCount: number;
  private readonly tileSize: number;

  constructor(
    readonly planes: readonly PlaneSpec[],
    readonly stages: number,
    info: Pick<VqInfo, 'width' | 'height' | 'tileSize'>,
  ) {
    const stride = Math.max(...planes.map((plane) => plane.stride));
    this.width = info.width;
    this.height = info.height;
    this.fullWidth = Math.ceil(info.width / stride) * stride;
    this.fullHeight = Math.ceil(info.height / stride) * stride;
    this.tileSize = info.tileSize;
    this.tileColumns = Math.ceil(this.fullWidth / this.tileSize);
    this.tiles = this.tileColumns * Math.ceil(this.fullHeight / this.tileSize);
    this.blockCount = this.tiles * planes.reduce((sum, _, plane) => sum + this.stagesOf(plane), 0);
  }

  /** Stages of a plane in the file. */
  stagesOf(plane: number): number {
    return Math.min(this.stages, this.planes[plane]!.stages);
  }

  columnsOf(plane: number): number {
    return this.fullWidth / this.planes[plane]!.stride;
  }

  rowsOf(plane: number): number {
    return this.fullHeight / this.planes[plane]!.stride;
  }

  /** Indices of all planes and stages. */
  get indexCount(): number {
    return this.planes.reduce((sum, _, plane) => sum + this.stagesOf(plane) * this.columnsOf(plane) * this.rowsOf(plane), 0);
  }

  grid(plane: number, tile: number): TileGrid {
    const stride = this.planes[plane]!.stride;
    const x = (tile % this.tileColumns) * this.tileSize;
    const y = Math.floor(tile / this.tileColumns) * this.tileSize;
    return {
      column: x / stride,
      row: y / stride,
      columns: Math.min(this.tileSize, this.fullWidth - x) / stride,
      rows: Math.min(this.tileSize, this.fullHeight - y) / stride,
    };
  }

  /** All blocks in the order of the file. */
  blocks(): Block[] {
    const blocks: Block[] = [];
    for (let stage = 0; stage < this.stages; stage++) {
      for (let plane = 0; plane < this.planes.length; plane++) {
        if (stage < this.planes[plane]!.stages) {
          const bits = indexBits(this.planes[plane]!.codes);
          for (let tile = 0; tile < this.tiles; tile++) {
            const { columns, rows } = this.grid(plane, tile);
            blocks.push({ stage, plane, tile, count: columns * rows, rawSize: Math.ceil((columns * rows * bits) / 8) });
          }
        }
      }
    }
    return blocks;
  }
}

/** Bits of an index in mode 0. */
export function indexBits(codes: number): number {
  return 32 - Math.clz32(codes - 1);
}
