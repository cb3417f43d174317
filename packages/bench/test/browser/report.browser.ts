import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { cellReports } from '../../src/report/cell-report';
import { reportHtml } from '../../src/report/report-html';
import { measuredRun } from '../../src/report/testing/measured-run';

const a = measuredRun();
const b = measuredRun({ run: 'cross-node-20260103-030405-cd34', seed: 9, slower: 0.002 });
const pages = { one: [a], two: [a, b] } as const;
const cells = cellReports([a, b]);
const folder = mkdtempSync(join(tmpdir(), 'podlag-report-'));

// A browser beside other tests on two cores.
jest.setTimeout(120_000);

let browser: Browser;
/** What the page said on its console, what it threw, and what it would have loaded besides itself. */
let complaints: string[];

beforeAll(async () => {
  for (const [name, runs] of Object.entries(pages))
    writeFileSync(join(folder, `${name}.html`), reportHtml(runs));
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
}, 120_000);

afterAll(() => browser.close());
beforeEach(() => (complaints = []));
afterEach(() => expect(complaints).toEqual([]));

async function opened(name: keyof typeof pages, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage(options);
  const url = pathToFileURL(join(folder, `${name}.html`)).href;
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', ({ message }) => complaints.push(`error: ${message}`));
  await page.route('**/*', async (route) => {
    if (route.request().url() === url) return route.continue();
    complaints.push(`request: ${route.request().url()}`);
    return route.abort();
  });
  await page.goto(url);
  return page;
}

/** How many of these are drawn: with an extent, and not hidden. */
const drawn = (page: Page, selector: string): Promise<number> =>
  page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(selector)})].filter((mark) => mark.getClientRects().length > 0 && mark.getBoundingClientRect().width > 0).length`,
  );

const counted = ({ samples }: typeof a) => samples.filter(({ purpose }) => purpose === 'sample');
const good = (run: typeof a) => counted(run).filter(({ status }) => status === 'ok').length;

test('each sample is drawn once within its plot, and each curve too', async () => {
  const page = await opened('two');
  expect(await drawn(page, '.dot.a')).toBe(good(a));
  expect(await drawn(page, '.dot.b')).toBe(good(b));
  expect(await drawn(page, '.fail')).toBe(counted(a).length - good(a) + counted(b).length - good(b));
  const told = cells.flatMap(({ series }) => series.filter(({ latencies }) => latencies !== undefined));
  expect(await drawn(page, '.percentiles .curve')).toBe(told.length);
  expect(await drawn(page, '.distribution .curve')).toBe(2 * cells.length);
  const outside = `[...document.querySelectorAll('.plot')].flatMap((plot) => {
    const frame = plot.getBoundingClientRect();
    return [...plot.querySelectorAll('circle, path, text, rect')].filter((mark) => {
      const { left, right, top, bottom } = mark.getBoundingClientRect();
      return left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1;
    }).map((mark) => mark.outerHTML);
  })`;
  expect(await page.evaluate(outside)).toEqual([]);
  await page.close();
});

test('a sample stands higher the greater it is, and its value can be read at it', async () => {
  const page = await opened('one');
  const marks = await page.evaluate<{ y: number; value: number }[]>(
    `[...document.querySelector('.plot.samples').querySelectorAll('.dot')].map((dot) => ({ y: dot.getBoundingClientRect().y, value: parseFloat(dot.textContent) }))`,
  );
  const byValue = marks.toSorted((one, other) => one.value - other.value || other.y - one.y);
  expect(byValue.map(({ y }) => y)).toEqual(marks.map(({ y }) => y).toSorted((one, other) => other - one));
  expect(new Set(byValue.map(({ value }) => value)).size).toBeGreaterThan(3);
  await page.close();
});

test('by the keyboard alone the plots show A, B, or both', async () => {
  const page = await opened('two');
  const shown = async () => [await drawn(page, '.dot.a, .curve.a'), await drawn(page, '.dot.b, .curve.b')];
  const [bothA = 0, bothB = 0] = await shown();
  expect(Math.min(bothA, bothB)).toBeGreaterThan(0);
  await page.locator('#show-both').focus();
  await page.keyboard.press('ArrowRight');
  expect(await shown()).toEqual([bothA, 0]);
  await page.keyboard.press('ArrowRight');
  expect(await shown()).toEqual([0, bothB]);
  await page.keyboard.press('ArrowRight');
  expect(await shown()).toEqual([bothA, bothB]);
  await page.close();
});

test('by the keyboard one comes to the verdict first, and what is folded opens', async () => {
  const page = await opened('one');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(page.url()).toMatch(/#verdict$/);
  const details = page.locator('details').first();
  await details.locator('summary').focus();
  await page.keyboard.press('Enter');
  expect(await details.locator('table').isVisible()).toBe(true);
  await page.close();
});

test.each([
  ['one', 360],
  ['two', 360],
  ['one', 1400],
  ['two', 1400],
] as const)('the page of %s fits a window %d px wide, whatever is folded open', async (name, width) => {
  const page = await opened(name, { viewport: { width, height: 800 } });
  await page.evaluate(`for (const each of document.querySelectorAll('details')) each.open = true`);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  const beyond = `[...document.querySelectorAll('main *')].filter((each) => !each.closest('.scroll, pre, svg') && each.getBoundingClientRect().right > ${width}).map((each) => each.outerHTML.slice(0, 80))`;
  expect(await page.evaluate(beyond)).toEqual([]);
  await page.close();
});

/** The least contrast of any text to what is behind it (WCAG 2.2, 1.4.3), and of marks (1.4.11). */
const leastContrasts = `(() => {
  const parsed = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = parsed(colour).slice(0, 3).map((part) => part / 255).map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (each) => {
    for (let at = each; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((parsed(colour)[3] ?? 1) === 1) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const contrast = (front, back) => {
    const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const least = (list) => list.reduce((worst, each) => each.contrast < worst.contrast ? each : worst, { contrast: 21 });
  const texts = [...document.querySelectorAll('body *')].filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()) && !each.closest('title'));
  const marks = [...document.querySelectorAll('.dot, .curve, .fail, .median, .whisker, .asked')];
  const mark = (each) => { const style = getComputedStyle(each); return style.fill === 'none' ? style.stroke : style.fill; };
  return {
    text: least(texts.map((each) => ({ contrast: contrast(each.closest('svg') ? getComputedStyle(each).fill : getComputedStyle(each).color, behind(each)), what: each.outerHTML.slice(0, 120) }))),
    mark: least(marks.map((each) => ({ contrast: contrast(mark(each), behind(each)), what: each.outerHTML.slice(0, 120) }))),
    ground: luminance(behind(document.body)),
  };
})()`;

test.each(['light', 'dark'] as const)(
  'in %s all texts and marks can be told from their ground',
  async (colorScheme) => {
    const page = await opened('two', { colorScheme });
    const { text, mark, ground } = await page.evaluate<{
      text: { contrast: number; what: string };
      mark: { contrast: number; what: string };
      ground: number;
    }>(leastContrasts);
    expect({ ...text, isEnough: text.contrast >= 4.5 }).toMatchObject({ isEnough: true });
    expect({ ...mark, isEnough: mark.contrast >= 3 }).toMatchObject({ isEnough: true });
    expect(ground < 0.5).toBe(colorScheme === 'dark');
    await page.close();
  },
);

test('each plot says in words what it shows, and each table has a name', async () => {
  const page = await opened('two');
  const plots = page.getByRole('img');
  expect(await plots.count()).toBe(await page.locator('.plot').count());
  const labels = await page.evaluate<string[]>(
    `[...document.querySelectorAll('.plot')].map((plot) => plot.getAttribute('aria-label'))`,
  );
  for (const label of labels) expect(label).toMatch(/\d/);
  expect(await page.locator('.scroll:not([aria-label])').count()).toBe(0);
  await page.close();
});

test('on paper it has all its plots, dark on white', async () => {
  const page = await opened('two', { colorScheme: 'light' });
  await page.emulateMedia({ media: 'print' });
  expect(await drawn(page, '.dot.a')).toBe(good(a));
  expect(await drawn(page, 'nav, fieldset')).toBe(0);
  expect((await page.pdf()).length).toBeGreaterThan(10_000);
  await page.close();
});
