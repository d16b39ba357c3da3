import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { serve } from '../scripts/serve.mjs';
import { exists, goldenFolder, packageRoot, repository } from './support.js';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const noBrowser = !exists(executablePath) && `no Chromium at ${executablePath}`;
export const served = { '': path.join(packageRoot, 'build', 'demo'), models: path.join(repository, 'models'), golden: goldenFolder };

/** A browser with a server of the demo, the models and the golden files. */
export class Site {
  private constructor(
    readonly address: string,
    private readonly closeServer: () => Promise<void>,
    readonly browser: Browser,
  ) {}

  static async open(headers: Readonly<Record<string, string>> = {}): Promise<Site> {
    const server = await serve(served, 0, headers);
    const browser = await chromium.launch({
      executablePath,
      headless: true,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    return new Site(server.address, () => server.close(), browser);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.closeServer();
  }

  /** A page that tells of errors in it: `problems` is empty where all is well. */
  async page(options: BrowserContextOptions = {}): Promise<{ page: Page; context: BrowserContext; problems: string[] }> {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') {
        problems.push(message.text());
      }
    });
    return { page, context, problems };
  }

  /** A page with a body of its own, which has the element; addresses in it are relative to the server. */
  async withElement(body: string, script = ''): Promise<Awaited<ReturnType<Site['page']>>> {
    const opened = await this.page();
    await opened.page.route('**/test.html', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><html lang="en"><title>test</title><base href="${this.address}">
          <script type="module">
            import * as vq from './vq-image/vq-image.js';
            window.vq = vq;
            window.events = [];
            for (const type of ['load', 'error', 'progress']) {
              document.addEventListener(type, (event) => { if (event.target.localName === 'vq-image') events.push({ type, id: event.target.id, detail: event.detail?.message ?? null }); }, true);
            }
            ${script}
          </script><body>${body}</body></html>`,
      }),
    );
    await opened.page.goto(`${this.address}test.html`);
    return opened;
  }
}

/** Where screenshots go: SCREENSHOTS, or nowhere. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder) {
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  }
}
