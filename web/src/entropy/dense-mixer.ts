import { countClass, rateTable, squash, stretchTable } from './dense-functions.js';
import type { DensePosition } from './dense-position.js';
import { contextCount, inputCount, maxDepth, type DenseStage } from './dense-tables.js';

const nodeSets = 1024;
const activitySets = 256;
const hashValue = 0x2545f491;
const hashContext = 0x85ebca6b | 0;
const hashNode = 0x9e3779b1 | 0;

/** Memory that blocks use one after the other. */
export class DenseMemory {
  readonly weights = new Int32Array((maxDepth + nodeSets + activitySets) * inputCount);
  private entries = new Uint32Array(0);

  /** An empty table of so many entries. */
  table(size: number): Uint32Array {
    if (this.entries.length < size) {
      this.entries = new Uint32Array(size);
      return this.entries;
    }
    return this.entries.subarray(0, size).fill(0);
  }
}

/**
 * The adaptive probabilities of a block and their mixing. An entry is check · 2²⁴ + count · 2¹⁶ + probability in 32 bits; no probability is 0, so that 0 is the
 * empty entry. Nothing here allocates once a block has begun.
 */
export class DenseMixer {
  private readonly table: Uint32Array;
  private readonly mask: number;
  private readonly order0: Uint32Array;
  private readonly weights: Int32Array;
  /** Of each context the entry that it works with, and the slot that this goes back to. */
  private readonly entries = new Uint32Array(contextCount);
  private readonly slots = new Int32Array(contextCount);
  private readonly hashes = new Uint32Array(contextCount);
  private readonly inputs = new Int32Array(inputCount);
  /** Each context's part of the hash that is the same at every node of a position. */
  private readonly bases = new Int32Array(contextCount);
  private node = 0;
  private readonly sets = new Int32Array(3);
  private readonly setProbabilities = new Int32Array(3);

  constructor(
    private readonly stage: DenseStage,
    memory: DenseMemory,
    positions: number,
    private readonly first: boolean,
  ) {
    let size = 1024;
    while (size < 64 * positions && size < 1 << 20) {
      size *= 2;
    }
    this.table = memory.table(size);
    this.mask = size - 1;
    this.order0 = stage.order0.slice();
    this.weights = memory.weights;
    this.startWeights();
  }

  private startWeights(): void {
    const { weights } = this;
    const { depth, depthWeights, activityWeights } = this.stage;
    weights.set(depthWeights);
    let at = maxDepth * inputCount;
    for (let node = 0; node < nodeSets; node++, at += inputCount) {
      const from = (depth[node] ?? 0) * inputCount;
      weights.copyWithin(at, from, from + inputCount);
    }
    if (activityWeights !== undefined) {
      weights.set(activityWeights, at);
    } else {
      for (let i = 0; i < activitySets; i++, at += inputCount) {
        weights.copyWithin(at, 0, inputCount);
      }
    }
  }

  /** Begins a position: what its decisions have in common is hashed once. */
  begin(position: DensePosition): void {
    const { bases } = this;
    const { values } = position;
    for (let k = 1; k < 14; k++) {
      bases[k] = Math.imul(values[k]!, hashValue) + Math.imul(k, hashContext);
    }
    const set = this.first ? position.activity * 16 + position.gradient : position.around * 16 + position.activity;
    this.sets[2] = (maxDepth + nodeSets + set) * inputCount;
  }

  /** The probability of a 1 at a node, in 65536ths. */
  predict(position: DensePosition, node: number): number {
    this.node = node;
    const depth = this.stage.depth[node]!;
    this.project(position, node, depth);
    this.lookUp(node);
    this.replace();
    return this.mix(node, depth);
  }

  /** The projections of a position's vectors at a node: inputs 20 to 22 and contexts 14 to 19. */
  private project(position: DensePosition, node: number, depth: number): void {
    const { stage, bases, inputs } = this;
    const { near, west, north, beyond, activity, c1 } = position;
    const d = stage.dimensions;
    let a = 0;
    let w = 0;
    let n = 0;
    let b = 0;
    if (d > 0) {
      const { axes } = stage;
      let at = node * d;
      for (let i = 0; i < d; i++, at++) {
        const axis = axes[at]!;
        a += Math.imul(axis, near[i]!);
        w += Math.imul(axis, west[i]!);
        n += Math.imul(axis, north[i]!);
        b += Math.imul(axis, beyond[i]!);
      }
      const threshold = stage.thresholds[node]!;
      const slope = stage.slopes[node]!;
      a = scale(a - threshold, slope);
      w = scale(w - threshold, slope);
      n = scale(n - threshold, slope);
      b = scale(b - threshold, slope);
    }
    const fine = clamp((5 * a + 128) >> 8, 15) + 16;
    const coarse = clamp((5 * a + 256) >> 9, 6) + 8;
    const qw = clamp((3 * w + 256) >> 9, 4) + 8;
    const qn = clamp((3 * n + 256) >> 9, 4) + 8;
    const qb = clamp((3 * b + 256) >> 9, 4) + 8;
    bases[14] = Math.imul(fine, hashValue) + Math.imul(14, hashContext);
    bases[15] = Math.imul(coarse * 16 + activity, hashValue) + Math.imul(15, hashContext);
    bases[16] = Math.imul((qw * 16 + qn) * 16 + qb, hashValue) + Math.imul(16, hashContext);
    bases[17] = Math.imul(coarse * 32 + c1, hashValue) + Math.imul(17, hashContext);
    bases[18] = Math.imul((coarse * 16 + qw) * 16 + qn, hashValue) + Math.imul(18, hashContext);
    // Context 19 is the same at all nodes: what is added for the node later is taken away here.
    bases[19] = Math.imul(fine * 32 + depth, hashValue) + Math.imul(19, hashContext) - Math.imul(node, hashNode);
    inputs[20] = (3 * a) >> 2;
    inputs[21] = w >> 2;
    inputs[22] = n >> 2;
    inputs[23] = 80;
  }

  /** Step 1: each context's entry where the table has one; otherwise entry 0 and the first slot. */
  private lookUp(node: number): void {
    const { table, mask, bases, hashes, slots, entries } = this;
    const nodePart = Math.imul(node, hashNode);
    entries[0] = this.order0[node]!;
    for (let k = 1; k < contextCount; k++) {
      let h = Math.imul(bases[k]! + nodePart, 0xc2b2ae35);
      h = Math.imul(h ^ (h >>> 15), 0x27d4eb2f);
      h = h ^ (h >>> 13);
      hashes[k] = h;
      const check = h >>> 24;
      let slot = h & mask;
      let entry = table[slot]!;
      if (entry === 0 || entry >>> 24 !== check) {
        const other = table[slot ^ 1]!;
        if (other !== 0 && other >>> 24 === check) {
          slot ^= 1;
          entry = other;
        } else {
          entry = 0;
        }
      }
      slots[k] = slot;
      entries[k] = entry;
    }
  }

  /** Step 2: contexts without an entry take a slot over. */
  private replace(): void {
    const { table, hashes, slots, entries } = this;
    const { start } = this.stage;
    for (let k = 1; k < contextCount; k++) {
      if (entries[k] !== 0) {
        continue;
      }
      const h = hashes[k]!;
      const check = h >>> 24;
      let slot = slots[k]!;
      if (((table[slot ^ 1]! >>> 16) & 255) < ((table[slot]! >>> 16) & 255)) {
        slot ^= 1;
        slots[k] = slot;
      }
      let entry = 0;
      if (start !== undefined) {
        const line = h & (start.length - 1) & ~3;
        for (let i = line; i < line + 4; i++) {
          const candidate = start[i]!;
          if (candidate !== 0 && candidate >>> 24 === check) {
            entry = candidate;
            break;
          }
        }
      }
      if (entry === 0) {
        entry = ((check << 24) | (entries[0]! & 0xffff)) >>> 0;
      }
      entries[k] = entry;
      table[slot] = entry;
    }
  }

  private mix(node: number, depth: number): number {
    const { stage, entries, inputs, weights, sets, setProbabilities } = this;
    const { confidence } = stage;
    for (let k = 0; k < contextCount; k++) {
      const entry = entries[k]!;
      const trust = confidence[8 * k + countClass[(entry >>> 16) & 255]!]!;
      inputs[k] = clamp(Math.imul(stretchTable[(entry & 0xffff) >> 4]!, trust) >> 8, 2047);
    }
    const set0 = depth * inputCount;
    const set1 = (maxDepth + (node & (nodeSets - 1))) * inputCount;
    const set2 = sets[2]!;
    sets[0] = set0;
    sets[1] = set1;
    let d0 = 0;
    let d1 = 0;
    let d2 = 0;
    for (let i = 0; i < inputCount; i++) {
      const input = inputs[i]!;
      d0 += Math.imul(weights[set0 + i]!, input) >> 8;
      d1 += Math.imul(weights[set1 + i]!, input) >> 8;
      d2 += Math.imul(weights[set2 + i]!, input) >> 8;
    }
    setProbabilities[0] = squash(clamp(d0 >> 8, 2047));
    setProbabilities[1] = squash(clamp(d1 >> 8, 2047));
    setProbabilities[2] = squash(clamp(d2 >> 8, 2047));
    // The sum has 29 bits and the product 43: more than 32, so it is divided as a double, which is exact.
    const p = squash(clamp(Math.floor(((d0 + d1 + d2) * 21846) / 0x1000000), 2047));
    return p < 32 ? 32 : p > 65504 ? 65504 : p;
  }

  /** Adapts to the decision that was predicted last. */
  update(decision: number): void {
    const { stage, inputs, weights, sets, setProbabilities, entries, slots, table, order0 } = this;
    for (let set = 0; set < 3; set++) {
      const e = Math.imul((decision << 16) - setProbabilities[set]!, stage.weightRate) >> 4;
      const begin = sets[set]!;
      for (let i = 0; i < inputCount; i++) {
        const moved = weights[begin + i]! + ((Math.imul(inputs[i]!, e) + 0x8000) >> 16);
        weights[begin + i] = moved > 0x80000 ? 0x80000 : moved < -0x80000 ? -0x80000 : moved;
      }
    }
    const target = decision * 65535;
    for (let k = 0; k < contextCount; k++) {
      const entry = entries[k]!;
      const count = (entry >>> 16) & 255;
      let p = entry & 0xffff;
      p += Math.imul(target - p, rateTable[count]!) >> 15;
      p = p < 16 ? 16 : p > 65519 ? 65519 : p;
      const adapted = ((entry & 0xff000000) | ((count < 250 ? count + 1 : 250) << 16) | p) >>> 0;
      if (k === 0) {
        order0[this.node] = adapted;
      } else {
        table[slots[k]!] = adapted;
      }
    }
  }
}

function clamp(x: number, limit: number): number {
  return x > limit ? limit : x < -limit ? -limit : x;
}

/** (x · slope) ≫ 16, clamped. The product may have 55 bits; a double rounds it only where it is clamped anyway. */
function scale(x: number, slope: number): number {
  return clamp(Math.floor((x * slope) / 65536), 2047);
}
