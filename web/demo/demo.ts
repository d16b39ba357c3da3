import { readInfo, VqModel, type Progress } from '../src/index.js';
import { Compare } from './compare.js';
import { decibels, element, fillTable, number, seconds } from './page.js';
import { jpegOfSize, onWhite, psnr, readPicture } from './pictures.js';

/** The model's folder: another one with `?model=ADDRESS`. */
const folder = new URLSearchParams(location.search).get('model') ?? 'models/photo/';
const status = element('status', HTMLParagraphElement);
const progress = element('progress', HTMLProgressElement);
const quality = element('quality', HTMLInputElement);
const size = element('size', HTMLSelectElement);
const drop = element('drop', HTMLDivElement);
const input = element('file', HTMLInputElement);
const compare = new Compare();
let loading: Promise<VqModel> | undefined;
let picture: { readonly file: Blob; readonly name: string } | undefined;
let running: AbortController | undefined;
let address: string | undefined;

/** Runs one thing at a time: a new one ends the one before. */
async function run(what: (signal: AbortSignal) => Promise<void>): Promise<void> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  status.classList.remove('error');
  document.body.setAttribute('aria-busy', 'true');
  try {
    await what(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) {
      return;
    }
    status.textContent = error instanceof Error ? error.message : String(error);
    status.classList.add('error');
  }
  if (running === controller) {
    running = undefined;
    progress.hidden = true;
    document.body.removeAttribute('aria-busy');
  }
}

function model(): Promise<VqModel> {
  loading ??= VqModel.load(folder).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Says what is going on, and shows how far it is. */
function step(text: string, signal: AbortSignal): (at: Progress) => void {
  status.textContent = text;
  progress.hidden = false;
  progress.removeAttribute('value');
  return ({ done, of }) => {
    if (!signal.aborted) {
      progress.value = done / of;
    }
  };
}

async function compress(signal: AbortSignal): Promise<void> {
  const { file, name } = picture!;
  step('Loading the model…', signal);
  const vq = await model();
  setQuality(vq);
  const original = await readPicture(file, Number(size.value)).catch(() => {
    throw new Error(`${name} is no picture that this browser can read`);
  });
  signal.throwIfAborted();
  const { width, height } = original;
  const start = performance.now();
  const bytes = await vq.encode(original, { quality: Number(quality.value), signal, onProgress: step('Compressing…', signal) });
  const encoded = performance.now();
  const decoded = await vq.decode(bytes, { signal, onProgress: step('Decoding…', signal) });
  const end = performance.now();
  step('Looking for a JPEG of the same size…', signal);
  const flat = onWhite(original);
  const jpeg = await jpegOfSize(flat, bytes.length);
  signal.throwIfAborted();
  const perPixel = (length: number): string => ((8 * length) / (width * height)).toFixed(3);
  fillTable(document.querySelector('#figures')!, [
    ['Bytes', number(3 * width * height), number(bytes.length), number(jpeg.bytes)],
    ['Bits a pixel', '24', perPixel(bytes.length), perPixel(jpeg.bytes)],
    ['PSNR', '', decibels(psnr(flat, onWhite(decoded))), decibels(psnr(flat, jpeg.image))],
    ['Compressing', '', seconds(encoded - start), seconds(jpeg.milliseconds)],
    ['Decoding', '', seconds(end - encoded), ''],
  ]);
  compare.show(
    [
      { name: 'Original', image: original },
      { name: '.vq', image: decoded },
      { name: 'JPEG', image: jpeg.image },
    ],
    '.vq',
    'JPEG',
  );
  element('note', HTMLParagraphElement).textContent = jpeg.tooLarge
    ? `Even this browser's lowest JPEG quality takes ${number(jpeg.bytes)} bytes, more than the .vq file; that one is shown.`
    : '';
  document.querySelector('table')!.hidden = false;
  offer(bytes, name);
  status.textContent = `${width}×${height} pixels; the .vq file has ${number(bytes.length)} bytes, ${((3 * width * height) / bytes.length).toFixed(0)} times fewer than its pixels.`;
}

async function open(file: Blob, name: string, signal: AbortSignal): Promise<void> {
  step(`Decoding ${name}…`, signal);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const info = readInfo(bytes);
  const vq = await model();
  setQuality(vq);
  const start = performance.now();
  const image = await vq.decode(bytes, { signal, onProgress: step(`Decoding ${name}…`, signal) });
  compare.show([{ name, image }], name, name);
  document.querySelector('table')!.hidden = true;
  element('note', HTMLParagraphElement).textContent = '';
  offer(bytes, name);
  const bits = ((8 * bytes.length) / (info.width * info.height)).toFixed(3);
  const kind = `${info.gray ? 'grey' : 'RGB'}${info.alpha ? ' with alpha' : ''}`;
  status.textContent = `${name}: ${info.width}×${info.height} pixels, ${kind}, ${info.stages} stages in the ${info.entropy} mode, ${number(bytes.length)} bytes, ${bits} bits a pixel; decoded in ${seconds(performance.now() - start)}.`;
}

function offer(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  if (address !== undefined) {
    URL.revokeObjectURL(address);
  }
  address = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  const link = element('download', HTMLAnchorElement);
  link.href = address;
  link.download = name.replace(/\.[^.]*$/, '') + '.vq';
  element('result', HTMLElement).hidden = false;
}

function setQuality(vq: VqModel): void {
  if (quality.disabled) {
    quality.value = String(vq.defaultQuality ?? 95);
    quality.disabled = false;
    showQuality();
  }
}

function showQuality(): void {
  element('quality-value', HTMLOutputElement).textContent = quality.disabled ? '' : quality.value;
}

function take(file: Blob, name: string): void {
  if (name.toLowerCase().endsWith('.vq')) {
    picture = undefined;
    void run((signal) => open(file, name, signal));
  } else {
    picture = { file, name };
    void run(compress);
  }
}

function again(): void {
  showQuality();
  if (picture !== undefined) {
    void run(compress);
  }
}

async function sample(): Promise<void> {
  await run(async (signal) => {
    const response = await fetch('sample.png', { signal });
    take(await response.blob(), 'sample.png');
  });
}

element('choose', HTMLButtonElement).addEventListener('click', () => input.click());
element('sample', HTMLButtonElement).addEventListener('click', () => void sample());
input.addEventListener('change', () => {
  const file = input.files?.[0];
  if (file !== undefined) {
    take(file, file.name);
  }
  input.value = '';
});
quality.addEventListener('input', showQuality);
quality.addEventListener('change', again);
size.addEventListener('change', again);
element('settings', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
for (const type of ['dragenter', 'dragover'] as const) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
}
for (const type of ['dragleave', 'drop'] as const) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    const file = type === 'drop' ? event.dataTransfer?.files[0] : undefined;
    if (file !== undefined) {
      take(file, file.name);
    }
  });
}
