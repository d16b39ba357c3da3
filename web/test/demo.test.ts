import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readInfo } from '../src/format/header.js';
import { noBrowser, screenshot, Site } from './browser-support.js';
import { bytesOf, openModel, packageRoot, photoModel } from './support.js';

const widths = [
  { name: 'phone', width: 390, height: 844, colorScheme: 'light' },
  { name: 'desktop', width: 1280, height: 900, colorScheme: 'dark' },
] as const;

describe('demo page', { skip: noBrowser }, () => {
  let site: Site;
  before(async () => {
    site = await Site.open();
  });
  after(() => site?.close());

  for (const { name, width, height, colorScheme } of widths) {
    test(`compresses the sample at ${name} width`, { timeout: 180_000 }, async () => {
      const { page, context, problems } = await site.page({ viewport: { width, height }, colorScheme });
      await page.goto(site.address);
      await screenshot(page, `demo-${name}-start`);
      await page.click('#sample');
      await page.waitForSelector('#figures tr', { timeout: 120_000 });
      await page.waitForSelector('body:not([aria-busy])');
      const status = await page.textContent('#status');
      assert.match(status ?? '', /^768×512 pixels; the \.vq file has [\d,]+ bytes/);
      const rows = await page.$$eval('#figures tr', (found) => found.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
      const [, original, vq, jpeg] = rows[0]!.map((cell) => Number(cell.replaceAll(',', '')));
      assert.equal(original, 3 * 768 * 512);
      assert.ok(jpeg! <= vq! && jpeg! > vq! / 2, `JPEG ${jpeg}, .vq ${vq}`);
      const [, , ours, theirs] = rows[2]!.map((cell) => Number.parseFloat(cell));
      assert.ok(ours! > 32 && theirs! > 20, `PSNR ${ours} and ${theirs}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overflow, 0, 'the page scrolls sideways');
      await screenshot(page, `demo-${name}`);
      assert.deepEqual(problems, []);
      await context.close();
    });
  }

  test('works with the keyboard alone, and offers the file', { timeout: 180_000 }, async () => {
    const { page, context, problems } = await site.page();
    await page.goto(site.address);
    await page.focus('#sample');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#figures tr', { timeout: 120_000 });
    await page.waitForSelector('body:not([aria-busy])');
    await page.focus('#split');
    await page.keyboard.press('Home');
    assert.equal(await page.evaluate(() => getComputedStyle(document.getElementById('compare')!).getPropertyValue('--split')), '0%');
    await page.keyboard.press('End');
    assert.equal(await page.evaluate(() => getComputedStyle(document.getElementById('compare')!).getPropertyValue('--split')), '100%');
    const before = await page.textContent('#status');
    await page.focus('#quality');
    await page.keyboard.press('Home');
    await page.waitForFunction((text) => document.getElementById('status')!.textContent !== text && !document.body.hasAttribute('aria-busy'), before, { timeout: 120_000 });
    const waiting = page.waitForEvent('download');
    await page.focus('#download');
    await page.keyboard.press('Enter');
    const file = await (await waiting).path();
    const bytes = bytesOf(file);
    assert.deepEqual([readInfo(bytes).width, readInfo(bytes).ratePoint], [768, 0]);
    const { stages } = await (await openModel(photoModel)).decodeIndices(bytes);
    assert.equal(stages, readInfo(bytes).stages);
    assert.deepEqual(problems, []);
    await context.close();
  });

  test('says that the lowest JPEG is larger, and shows a .vq file', { timeout: 180_000 }, async () => {
    const { page, context, problems } = await site.page();
    await page.goto(site.address);
    await page.setInputFiles('#file', path.join(packageRoot, 'demo', 'sample.png'));
    await page.waitForSelector('#figures tr', { timeout: 120_000 });
    await page.fill('#quality', '1');
    await page.dispatchEvent('#quality', 'change');
    await page.waitForFunction(() => document.getElementById('note')!.textContent!.includes('lowest JPEG quality'), undefined, { timeout: 120_000 });
    await page.waitForSelector('body:not([aria-busy])');
    await screenshot(page, 'demo-lowest');
    const href = await page.getAttribute('#download', 'href');
    const content = await page.evaluate(async (address) => [...new Uint8Array(await (await fetch(address)).arrayBuffer())], href!);
    await page.setInputFiles('#file', { name: 'small.vq', mimeType: 'application/octet-stream', buffer: Buffer.from(content) });
    await page.waitForFunction(() => document.getElementById('status')!.textContent!.includes('decoded in'));
    assert.match((await page.textContent('#status')) ?? '', /^small\.vq: 768×512 pixels, RGB, 13 stages in the dense mode/);
    await screenshot(page, 'demo-vq');
    await page.setInputFiles('#file', { name: 'bad.vq', mimeType: 'application/octet-stream', buffer: Buffer.from([1, 2, 3, 4]) });
    await page.waitForSelector('#status.error');
    assert.match((await page.textContent('#status')) ?? '', /not a \.vq file/);
    assert.deepEqual(problems, []);
    await context.close();
  });
});

describe('demo page under a strict policy, cross-origin isolated', { skip: noBrowser }, () => {
  test('runs with threads', { timeout: 180_000 }, async () => {
    const site = await Site.open({
      'content-security-policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self' blob:",
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    try {
      const { page, problems } = await site.page();
      await page.goto(site.address);
      assert.equal(await page.evaluate(() => crossOriginIsolated), true);
      await page.selectOption('#size', '512');
      await page.click('#sample');
      await page.waitForSelector('#figures tr', { timeout: 120_000 });
      await page.waitForSelector('body:not([aria-busy])');
      assert.match((await page.textContent('#status')) ?? '', /^512×341 pixels/);
      assert.deepEqual(problems, []);
    } finally {
      await site.close();
    }
  });
});
