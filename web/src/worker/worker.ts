import { VqError } from '../errors.js';
import { Codec, type CallOptions } from '../codec/codec.js';
import { fetchLoader } from '../codec/source.js';
import { sendError, type Reply, type Request } from './protocol.js';

/** The worker: models by number, and what stops the calls that run. */
const models = new Map<number, Codec>();
const running = new Map<number, AbortController>();
const scope = globalThis as unknown as {
  postMessage(message: Reply, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent<Request>) => void) | null;
};

scope.onmessage = ({ data }) => {
  if (data.call === 'cancel') {
    running.get(data.id)?.abort();
    return;
  }
  const controller = new AbortController();
  running.set(data.id, controller);
  answer(data, {
    signal: controller.signal,
    onProgress: (progress) => scope.postMessage({ kind: 'progress', id: data.id, progress }),
  })
    .then(
      (result) => scope.postMessage({ kind: 'result', id: data.id, result }, buffersOf(result)),
      (error: unknown) => scope.postMessage({ kind: 'error', id: data.id, error: sendError(error) }),
    )
    .finally(() => running.delete(data.id));
};
scope.postMessage({ kind: 'started' });

async function answer(request: Exclude<Request, { call: 'cancel' }>, call: CallOptions): Promise<unknown> {
  if (request.call === 'open') {
    const codec = await Codec.open(fetchLoader(request.folder), request.options);
    models.set(request.id, codec);
    return codec.manifest;
  }
  const codec = models.get(request.model);
  if (codec === undefined) {
    throw new VqError('model', 'the model was disposed of');
  }
  switch (request.call) {
    case 'decode':
      return await codec.decode(request.bytes, { ...request.options, ...call });
    case 'decodeIndices':
      return await codec.decodeIndices(request.bytes, { ...request.options, ...call });
    case 'encode':
      return await codec.encode(request.image, { ...request.options, ...call });
    case 'prepare':
      return await codec.prepare();
    case 'dispose':
      models.delete(request.model);
      return await codec.dispose();
  }
}

/** Large results are handed over, not copied. */
function buffersOf(result: unknown): Transferable[] {
  if (result instanceof Uint8Array) {
    return [result.buffer as ArrayBuffer];
  }
  const data = (result as { data?: unknown } | undefined)?.data;
  return data instanceof Uint8ClampedArray ? [data.buffer as ArrayBuffer] : [];
}
