import { DenseMemory, DenseMixer } from './dense-mixer.js';
import { DensePosition, type DenseState } from './dense-position.js';
import type { DenseStage } from './dense-tables.js';
import { RangeDecoder, RangeEncoder, type RangeCoder } from './range.js';

export { DenseMemory } from './dense-mixer.js';
export { DenseState } from './dense-position.js';

/** Mode 3. Fills `indices`, takes them into `state`, and gives where the block ends. */
export function decodeDense(
  bytes: Uint8Array,
  begin: number,
  end: number,
  stages: readonly DenseStage[],
  state: DenseState,
  indices: Uint16Array,
  memory: DenseMemory,
): number {
  const coder = new RangeDecoder(bytes, begin, end);
  codeBlock(coder, false, stages, state, indices, memory);
  return coder.finish();
}

/** The block of a stage's indices in mode 3; they are taken into `state`. */
export function encodeDense(stages: readonly DenseStage[], state: DenseState, indices: Uint16Array, memory: DenseMemory): Uint8Array<ArrayBuffer> {
  const coder = new RangeEncoder();
  codeBlock(coder, true, stages, state, indices, memory);
  return coder.finish();
}

function codeBlock(
  coder: RangeCoder,
  encoding: boolean,
  stages: readonly DenseStage[],
  state: DenseState,
  indices: Uint16Array,
  memory: DenseMemory,
): void {
  const stage = stages[state.stages.length]!;
  const { whenZero, whenOne, split, leafOf } = stage;
  const position = new DensePosition(state, stage, indices, stages);
  const mixer = new DenseMixer(stage, memory, indices.length, state.stages.length === 0);
  for (let y = 0, at = 0; y < state.rows; y++) {
    for (let x = 0; x < state.columns; x++, at++) {
      position.move(x, y);
      mixer.begin(position);
      const leaf = encoding ? leafOf[indices[at]!]! : 0;
      let node = 0;
      do {
        const decision = coder.code(mixer.predict(position, node), leaf >= split[node]! ? 1 : 0);
        mixer.update(decision);
        node = decision === 1 ? whenOne[node]! : whenZero[node]!;
      } while (node >= 0);
      const code = -1 - node;
      indices[at] = code;
      state.place(stage, at, code);
    }
  }
  state.endStage(stage, indices);
}
