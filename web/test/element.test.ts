import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { noBrowser, screenshot, Site } from './browser-support.js';
import { bytesOf, exists, goldenFolder, openModel } from './support.js';

const there = exists(path.join(goldenFolder, 'vectors.json'));
const model = 'golden/models/klt/';
const ready = { timeout: 60_000 };

/** What the tests see of the page's `window`. */
interface PageScope {
  events: { type: string; id: string; detail: string | null }[];
  vq: typeof import('../src/index.js');
}

describe('<vq-image>', { skip: noBrowser || (!there && 'tests/golden is not there') }, () => {
  let site: Site;
  before(async () => {
    site = await Site.open();
  });
  after(() => site?.close());

  test('shows golden files to the right pixels, in a worker', async () => {
    const codec = await openModel(path.join(goldenFolder, 'models', 'klt'));
    const { page, context, problems } = await site.withElement(
      ['klt-dense', 'klt-gray-alpha-exif', 'klt-alpha', 'klt-fast-tiles-64']
        .map((name) => `<vq-image id="${name}" src="golden/accept/${name}.vq" model="${model}" alt="A drawing"></vq-image>`)
        .join(''),
    );
    await page.waitForFunction(() => document.querySelectorAll('vq-image[data-state=ready]').length === 4, undefined, ready);
    assert.equal(page.workers().length, 1);
    const shown = await page.$$eval('vq-image', (elements) =>
      elements.map((element) => {
        const canvas = element.shadowRoot!.querySelector('canvas')!;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        const { width, height } = element.getBoundingClientRect();
        const { id, naturalWidth, naturalHeight } = element;
        return { id, role: element.getAttribute('role'), label: element.getAttribute('aria-label'), width, height, naturalWidth, naturalHeight, data: [...data] };
      }),
    );
    for (const { id, role, label, width, height, naturalWidth, naturalHeight, data } of shown) {
      const expected = await codec.decode(bytesOf(goldenFolder, 'accept', `${id}.vq`));
      assert.deepEqual([role, label], ['img', 'A drawing']);
      assert.deepEqual([width, height, naturalWidth, naturalHeight], [expected.width, expected.height, expected.width, expected.height], id);
      // A canvas holds colours multiplied by alpha: those under little alpha are rounded.
      const worst = data.reduce((most, value, i) => (data[i - (i % 4) + 3] === 255 || i % 4 === 3 ? Math.max(most, Math.abs(value - expected.data[i]!)) : most), 0);
      assert.ok(worst <= 1, `${id}: a pixel differs by ${worst}`);
    }
    const events = await page.evaluate(() => (window as unknown as PageScope).events);
    assert.equal(events.filter(({ type }) => type === 'load').length, 4);
    assert.ok(events.some(({ type }) => type === 'progress'));
    await screenshot(page, 'element');
    assert.deepEqual(problems, []);
    await context.close();
  });

  test('reserves its place before the file is there', async () => {
    const { page, context } = await site.withElement(
      `<vq-image id="attributes" width="300" height="200" model="${model}" src="golden/never.vq"></vq-image><br>
       <vq-image id="header" width="120" model="${model}" src="golden/accept/klt-dense.vq"></vq-image><p id="below">below</p>`,
    );
    await page.waitForSelector('#header[data-state=ready]', ready);
    const boxes = await page.$$eval('vq-image', (elements) => elements.map((element) => [element.clientWidth, element.clientHeight]));
    assert.deepEqual(boxes, [
      [300, 200],
      [120, 90],
    ]);
    await context.close();
  });

  test('says what is wrong, to the eye and to assistive technology', async () => {
    const { page, context } = await site.withElement(
      `<vq-image id="missing" width="320" height="160" src="golden/missing.vq" model="${model}" alt="A boat"></vq-image>
       <vq-image id="damaged" src="golden/refuse/checksum.vq" model="${model}" alt="A boat"></vq-image>
       <vq-image id="foreign" src="golden/accept/klt-dense.vq" model="golden/models/planes/" alt=""></vq-image>
       <vq-image id="unmodelled" src="golden/accept/klt-dense.vq" model="golden/nothing/"></vq-image>`,
    );
    await page.waitForFunction(() => document.querySelectorAll('vq-image[data-state=error]').length === 4, undefined, ready);
    const told = await page.$$eval('vq-image', (elements) =>
      elements.map((element) => ({
        label: element.getAttribute('aria-label') ?? '',
        text: element.shadowRoot!.querySelector('p')!.innerText,
        visible: element.shadowRoot!.querySelector('p')!.getBoundingClientRect().height > 20,
      })),
    );
    const reasons = [/404/, /checksum/, /made with the model/, /404/];
    told.forEach(({ label, text, visible }, i) => {
      assert.match(label, reasons[i]!);
      assert.match(text, reasons[i]!);
      assert.ok(visible);
    });
    assert.match(told[0]!.label, /^A boat: /);
    const events = await page.evaluate(() => (window as unknown as PageScope).events);
    assert.equal(events.filter(({ type, detail }) => type === 'error' && detail !== null).length, 4);
    await screenshot(page, 'element-errors');
    await context.close();
  });

  test('loads a lazy picture when it comes near', async () => {
    const { page, context } = await site.withElement(
      `<div style="height: 5000px">far</div><vq-image id="lazy" loading="lazy" src="golden/accept/klt-dense.vq" model="${model}"></vq-image>`,
    );
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.waitForSelector('#lazy[data-state=loading]', { state: 'attached' });
    await page.waitForTimeout(500);
    assert.equal(await page.getAttribute('#lazy', 'data-state'), 'loading');
    assert.ok(!requests.some((url) => url.includes('golden')), requests.join());
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await page.waitForSelector('#lazy[data-state=ready]', ready);
    await context.close();
  });

  test('follows its attributes, and ends what it does when it is taken away', async () => {
    const { page, context, problems } = await site.withElement(`<vq-image id="one" progressive src="golden/accept/klt-dense.vq" model="${model}" alt="first"></vq-image>`);
    await page.waitForSelector('#one[data-state=ready]', ready);
    const size = (): Promise<number[]> => page.$eval('#one', (element) => [(element as HTMLElementTagNameMap['vq-image']).naturalWidth, element.shadowRoot!.querySelector('canvas')!.width]);
    assert.deepEqual(await size(), [200, 200]);
    const coarse = async (): Promise<string> => await page.$eval('#one', (element) => element.shadowRoot!.querySelector('canvas')!.toDataURL());
    const whole = await coarse();
    await page.$eval('#one', (element) => element.setAttribute('stages', '1'));
    await page.waitForFunction(() => (window as unknown as PageScope).events.filter(({ type }) => type === 'load').length === 2, undefined, ready);
    assert.notEqual(await coarse(), whole);
    await page.$eval('#one', (element) => {
      element.setAttribute('src', 'golden/accept/klt-alpha.vq');
      element.setAttribute('alt', 'second');
      element.removeAttribute('stages');
    });
    await page.waitForFunction(() => (window as unknown as PageScope).events.filter(({ type }) => type === 'load').length === 3, undefined, ready);
    assert.deepEqual(await size(), [60, 60]);
    assert.equal(await page.getAttribute('#one', 'aria-label'), 'second');
    await page.$eval('#one', (element) => {
      element.setAttribute('src', 'golden/accept/klt-dense-largest-tile.vq');
      setTimeout(() => element.remove(), 30);
    });
    await page.waitForTimeout(1500);
    const events = await page.evaluate(() => (window as unknown as PageScope).events.filter(({ type }) => type !== 'progress').map(({ type }) => type));
    assert.deepEqual(events, ['load', 'load', 'load']);
    assert.deepEqual(problems, []);
    await context.close();
  });

  test('a page without workers decodes by itself', async () => {
    const { page, context, problems } = await site.withElement('', 'delete globalThis.Worker;');
    const sum = await page.evaluate(async (folder) => {
      const { VqModel } = (window as unknown as PageScope).vq;
      const loaded = await VqModel.load(folder);
      const image = await loaded.decode(new Uint8Array(await (await fetch('golden/accept/klt-dense.vq')).arrayBuffer()));
      return [image instanceof ImageData, image.width, image.data.reduce((total, value) => total + value, 0)];
    }, model);
    const codec = await openModel(path.join(goldenFolder, 'models', 'klt'));
    const expected = await codec.decode(bytesOf(goldenFolder, 'accept', 'klt-dense.vq'));
    assert.deepEqual(sum.slice(0, 2), [true, 200]);
    const total = expected.data.reduce((all, value) => all + value, 0);
    assert.ok(Math.abs((sum[2] as number) - total) < total / 1000);
    assert.equal(page.workers().length, 0);
    assert.deepEqual(problems, []);
    await context.close();
  });

  test('the API encodes and decodes in the worker, and calls can be cancelled', async () => {
    const { page, context, problems } = await site.withElement('');
    const result = await page.evaluate(async () => {
      const { VqModel, VqError, readInfo } = (window as unknown as PageScope).vq;
      const loaded = await VqModel.load('models/photo/', { precision: 'fp32' });
      const picture = new ImageData(64, 48);
      picture.data.forEach((_, i) => (picture.data[i] = i % 4 === 3 ? 255 : i % 4 === 0 ? 200 : 90));
      const bytes = await loaded.encode(picture, { quality: 80 });
      const back = await loaded.decode(bytes);
      const controller = new AbortController();
      const call = loaded.decode(bytes, { signal: controller.signal });
      controller.abort();
      const reason = await call.then(String, (error: Error) => error.name);
      const damaged = await loaded.decode(bytes.slice(0, -1)).then(String, (error: unknown) => error instanceof VqError && error.code);
      await loaded.dispose();
      return { id: readInfo(bytes).modelId === loaded.id, pixel: [...back.data.slice(0, 4)], reason, damaged };
    });
    assert.deepEqual([result.id, result.reason, result.damaged], [true, 'AbortError', 'format']);
    [200, 90, 90, 255].forEach((value, i) => assert.ok(Math.abs(result.pixel[i]! - value) < 12, String(result.pixel)));
    assert.deepEqual(problems, []);
    await context.close();
  });
});
