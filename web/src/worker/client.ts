import { VqError } from '../errors.js';
import type { CallOptions, ModelOptions } from '../codec/codec.js';
import type { Manifest } from '../codec/manifest.js';
import { receiveError, type Reply, type Request } from './protocol.js';

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: CallOptions['onProgress'];
}

type Unsent<T> = T extends unknown ? Omit<T, 'id'> : never;

/** The page's side of the worker that all models of a page share. */
export class WorkerClient {
  private static shared: Promise<WorkerClient | undefined> | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;

  private constructor(private readonly worker: Worker) {}

  /** The page's worker; undefined where the page may not have one, because of its policy or where this script comes from. */
  static start(): Promise<WorkerClient | undefined> {
    return (WorkerClient.shared ??= WorkerClient.open());
  }

  private static open(): Promise<WorkerClient | undefined> {
    return new Promise((resolve) => {
      let worker: Worker;
      try {
        worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'vq-image' });
      } catch {
        resolve(undefined);
        return;
      }
      const client = new WorkerClient(worker);
      worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        if (data.kind === 'started') {
          resolve(client);
        } else {
          client.receive(data);
        }
      };
      worker.onerror = (event) => {
        event.preventDefault();
        client.fail(new VqError('runtime', `the worker stopped: ${event.message ?? 'it could not be loaded'}`));
        worker.terminate();
        WorkerClient.shared = Promise.resolve(undefined);
        resolve(undefined);
      };
    });
  }

  /** Opens a model folder; the number is how later calls name the model. */
  async open(folder: string, options: ModelOptions): Promise<{ id: number; manifest: Manifest }> {
    const id = this.next++;
    return { id, manifest: await this.send<Manifest>({ call: 'open', folder, options, id }, {}) };
  }

  /** Sends a request and gives the worker's answer. */
  async call<T>(request: Unsent<Exclude<Request, { call: 'open' | 'cancel' }>>, options: CallOptions = {}): Promise<T> {
    return await this.send<T>({ ...request, id: this.next++ }, options);
  }

  private async send<T>(request: Request, { signal, onProgress }: CallOptions): Promise<T> {
    signal?.throwIfAborted();
    const { id } = request;
    let cancel: (() => void) | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        this.waiting.set(id, { resolve, reject, onProgress });
        // The call ends here at once; the worker stops at its next step, and what it still says is not heard.
        cancel = () => {
          this.waiting.delete(id);
          this.worker.postMessage({ id, call: 'cancel' } satisfies Request);
          reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', cancel, { once: true });
        this.worker.postMessage(request);
      });
    } finally {
      if (cancel !== undefined) {
        signal?.removeEventListener('abort', cancel);
      }
    }
  }

  private receive(reply: Exclude<Reply, { kind: 'started' }>): void {
    const waiting = this.waiting.get(reply.id);
    if (reply.kind === 'progress') {
      waiting?.onProgress?.(reply.progress);
      return;
    }
    this.waiting.delete(reply.id);
    if (reply.kind === 'result') {
      waiting?.resolve(reply.result as never);
    } else {
      waiting?.reject(receiveError(reply.error));
    }
  }

  private fail(error: VqError): void {
    this.waiting.forEach(({ reject }) => reject(error));
    this.waiting.clear();
  }
}
