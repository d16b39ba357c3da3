import { level, octaves } from './dense-functions.js';
import type { DenseStage } from './dense-tables.js';

/** What the stages of one plane in one tile leave for the next: sums of vectors and energies, ranks, and all codes so far. */
export class DenseState {
  readonly count: number;
  /** D numbers a position, and a zero vector behind the last. */
  sums: Int16Array;
  sumEnergies: Int32Array;
  readonly rankLevels: Int16Array;
  readonly stages: Uint16Array[] = [];
  /** The same with this stage's code, for positions that have one. */
  full: Int16Array;
  fullEnergies: Int32Array;

  constructor(
    readonly columns: number,
    readonly rows: number,
    readonly dimensions: number,
  ) {
    this.count = columns * rows;
    this.sums = new Int16Array((this.count + 1) * dimensions);
    this.full = new Int16Array((this.count + 1) * dimensions);
    this.sumEnergies = new Int32Array(this.count);
    this.fullEnergies = new Int32Array(this.count);
    this.rankLevels = new Int16Array(this.count);
  }

  /** Takes in the code of a position. */
  place(stage: DenseStage, position: number, code: number): void {
    const d = this.dimensions;
    const { sums, full } = this;
    const { vectors } = stage;
    for (let i = 0, at = position * d, from = code * d; i < d; i++, at++, from++) {
      const value = sums[at]! + vectors[from]!;
      full[at] = value > 8191 ? 8191 : value < -8191 ? -8191 : value;
    }
    this.fullEnergies[position] = this.sumEnergies[position]! + stage.energies[code]!;
  }

  /** Ends a stage: its full vectors are the next one's sums. */
  endStage(stage: DenseStage, codes: Uint16Array): void {
    [this.sums, this.full] = [this.full, this.sums];
    [this.sumEnergies, this.fullEnergies] = [this.fullEnergies, this.sumEnergies];
    const { rankLevels } = this;
    for (let i = 0; i < codes.length; i++) {
      const r = rankLevels[i]!;
      rankLevels[i] = r - (r >> 2) + 8 * stage.ranks[codes[i]!]!;
    }
    this.stages.push(codes);
  }
}

const clampVector = (x: number): number => (x > 8191 ? 8191 : x < -8191 ? -8191 : x);

/** What the decisions of one position have in common: its vectors, levels and the contexts that do not depend on the node. */
export class DensePosition {
  readonly near: Int32Array;
  readonly west: Int32Array;
  readonly north: Int32Array;
  readonly beyond: Int32Array;
  /** Contexts 1 to 13. */
  readonly values = new Int32Array(20);
  activity = 0;
  gradient = 0;
  around = 0;
  /** The class of the code one stage before. */
  c1 = 0;
  /** Where each of the eleven vectors begins. */
  private readonly at = new Int32Array(11);

  constructor(
    private readonly state: DenseState,
    private readonly stage: DenseStage,
    /** The current stage's codes; those that come later are not looked at. */
    private readonly codes: Uint16Array,
    /** Classes of the codes of the stage before and of the one before that. */
    private readonly before: readonly DenseStage[],
  ) {
    const d = state.dimensions;
    this.near = new Int32Array(d);
    this.west = new Int32Array(d);
    this.north = new Int32Array(d);
    this.beyond = new Int32Array(d);
  }

  move(x: number, y: number): void {
    const { state } = this;
    const { columns, rows } = state;
    const position = y * columns + x;
    const hasWest = x > 0;
    const hasNorth = y > 0;
    const hasEast = x + 1 < columns;
    const hasSouth = y + 1 < rows;
    if (state.dimensions > 0) {
      this.vectors(position, x, y);
    }
    this.levels(position, hasWest, hasNorth, hasEast, hasSouth);
    this.contexts(position, x, y, hasWest, hasNorth, hasEast, hasSouth);
  }

  private vectors(position: number, x: number, y: number): void {
    const { state, stage, at, near, west, north, beyond } = this;
    const { columns, rows, sums, full, dimensions: d } = state;
    const zero = state.count;
    const left = x > 0 ? position - 1 : y > 0 ? position - columns : zero;
    const above = y > 0 ? position - columns : left;
    const right = x + 1 < columns ? position + 1 : position;
    const below = y + 1 < rows ? position + columns : position;
    at[0] = left * d;
    at[1] = above * d;
    at[2] = (y > 0 && x + 1 < columns ? position - columns + 1 : above) * d;
    at[3] = (y > 0 && x > 0 ? position - columns - 1 : above) * d;
    at[4] = position * d;
    at[5] = right * d;
    at[6] = below * d;
    at[7] = (x + 1 < columns && y + 1 < rows ? position + columns + 1 : below) * d;
    at[8] = (x > 0 && y + 1 < rows ? position + columns - 1 : below) * d;
    at[9] = (x > 1 ? position - 2 : left) * d;
    at[10] = (y > 1 ? position - 2 * columns : above) * d;
    const first = state.stages.length === 0;
    const { termEnds, terms, coefficients } = stage;
    for (let i = 0, term = 0; i < d; i++) {
      let sum = 2048;
      for (const end = termEnds[i + 1]!; term < end; term++) {
        const component = terms[term]!;
        const neighbour = (component / d) | 0;
        const from = at[neighbour]! + component - neighbour * d;
        sum += Math.imul(coefficients[term]!, neighbour >= 4 && neighbour <= 8 ? sums[from]! : full[from]!);
      }
      near[i] = clampVector(sum >> 12);
      const own = sums[at[4]! + i]!;
      const l = full[at[0]! + i]!;
      const a = full[at[1]! + i]!;
      west[i] = clampVector(l - own);
      north[i] = clampVector(a - own);
      beyond[i] = clampVector(first ? l + a - full[at[3]! + i]! : ((sums[at[5]! + i]! + sums[at[6]! + i]!) >> 1) - own);
    }
  }

  private levels(position: number, hasWest: boolean, hasNorth: boolean, hasEast: boolean, hasSouth: boolean): void {
    const { state, at } = this;
    const { columns, full, fullEnergies, sumEnergies, rankLevels, dimensions: d } = state;
    const { levels } = this.stage;
    const first = state.stages.length === 0;
    let activity = 0;
    let gradient = 0;
    if (d > 0) {
      for (let i = 0; i < d; i++) {
        const l = full[at[0]! + i]!;
        const a = full[at[1]! + i]!;
        const across = (l - a) >> 2;
        gradient += across * across;
        if (first) {
          const corner = full[at[3]! + i]!;
          const e1 = (l - corner) >> 2;
          const e2 = (a - corner) >> 2;
          const e3 = (a - full[at[2]! + i]!) >> 2;
          activity += e1 * e1 + e2 * e2 + e3 * e3;
        }
      }
    }
    if (!first || d === 0) {
      activity =
        (hasWest ? 2 * fullEnergies[position - 1]! : 0) +
        (hasNorth ? 2 * fullEnergies[position - columns]! : 0) +
        (hasWest && hasNorth ? fullEnergies[position - columns - 1]! : 0) +
        (hasEast && hasNorth ? fullEnergies[position - columns + 1]! : 0);
    }
    const earlier = 4 * sumEnergies[position]! + (hasEast ? sumEnergies[position + 1]! : 0) + (hasSouth ? sumEnergies[position + columns]! : 0);
    this.activity = level(activity, levels[0]!);
    this.gradient = level(gradient, levels[2]!);
    this.values[9] = this.activity * 16 + level(earlier, levels[1]!);
    const near =
      (hasWest ? rankLevels[position - 1]! : 0) +
      (hasEast ? rankLevels[position + 1]! : 0) +
      (hasNorth ? rankLevels[position - columns]! : 0) +
      (hasSouth ? rankLevels[position + columns]! : 0);
    const diagonal =
      (hasWest && hasNorth ? rankLevels[position - columns - 1]! : 0) +
      (hasEast && hasNorth ? rankLevels[position - columns + 1]! : 0) +
      (hasWest && hasSouth ? rankLevels[position + columns - 1]! : 0) +
      (hasEast && hasSouth ? rankLevels[position + columns + 1]! : 0);
    const around = octaves(2 * near + diagonal) - 4;
    this.around = around < 0 ? 0 : around > 15 ? 15 : around;
  }

  private contexts(position: number, x: number, y: number, hasWest: boolean, hasNorth: boolean, hasEast: boolean, hasSouth: boolean): void {
    const { state, stage, codes, values, before } = this;
    const { columns, stages } = state;
    const { classes, ranks, codes: outside } = stage;
    const s = stages.length;
    const w = hasWest ? codes[position - 1]! : outside;
    const n = hasNorth ? codes[position - columns]! : outside;
    const ne = hasNorth && hasEast ? codes[position - columns + 1]! : outside;
    const nw = hasNorth && hasWest ? codes[position - columns - 1]! : outside;
    const ww = x > 1 ? codes[position - 2]! : outside;
    const nn = y > 1 ? codes[position - 2 * columns]! : outside;
    let c2 = 0;
    let r1 = 0;
    this.c1 = 0;
    values[1] = w;
    values[2] = n;
    values[7] = ne;
    values[8] = nw;
    if (s === 0) {
      values[3] = ww;
      values[5] = (Math.imul(w, outside + 1) + n) | 0;
      values[6] = classes[w]! * 32 + classes[n]!;
      values[11] = (classes[nw]! * 32 + classes[w]!) * 32 + classes[n]!;
    } else {
      const last = stages[s - 1]!;
      const lastStage = before[s - 1]!;
      const p1 = last[position]!;
      const e = hasEast ? last[position + 1]! : outside;
      const south = hasSouth ? last[position + columns]! : outside;
      this.c1 = lastStage.classes[p1]!;
      r1 = lastStage.ranks[p1]!;
      values[3] = p1;
      values[5] = e;
      values[6] = south;
      values[11] = (lastStage.classes[e]! * 32 + lastStage.classes[south]!) * 32 + this.c1;
    }
    if (s < 2) {
      values[4] = nn;
    } else {
      const p2 = stages[s - 2]![position]!;
      c2 = before[s - 2]!.classes[p2]!;
      values[4] = p2;
    }
    values[10] = (this.c1 * 32 + c2) * 16 + this.activity;
    values[12] = s < 3 ? classes[nw]! * 32 + classes[ne]! : stages[s - 3]![position]!;
    values[13] = ((((r1 * 4 + ranks[w]!) * 4 + ranks[n]!) * 4 + ranks[nw]!) * 4 + ranks[ne]!) * 16 + this.gradient;
  }
}
