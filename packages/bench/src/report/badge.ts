import type { Verdict } from '../compare/comparison';
import type { ObservedVerdict } from '../observed/observation';
import { markup, type Markup } from './markup';

/** Said by word and sign, not by colour alone. */
const signs: Readonly<Record<Verdict | ObservedVerdict, readonly [sign: string, tone: string]>> = {
  better: ['\u25b2', 'good'],
  worse: ['\u25bc', 'bad'],
  same: ['=', 'plain'],
  inconclusive: ['?', 'open'],
  'as asked': ['\u2713', 'good'],
  off: ['\u2715', 'bad'],
  'not measured': ['?', 'open'],
};

/** A verdict as a mark with its word; other text as it is. */
export function badgeOrText(text: string): Markup | string {
  return isVerdict(text) ? badge(text) : text;
}

export function badge(verdict: Verdict | ObservedVerdict): Markup {
  const [sign, tone] = signs[verdict];
  return markup`<span class="badge ${tone}"><span aria-hidden="true">${sign}</span> ${verdict}</span>`;
}

/** The class of what is said with a verdict. */
export function toneOf(verdict: Verdict | ObservedVerdict): string {
  return signs[verdict][1];
}

function isVerdict(text: string): text is Verdict | ObservedVerdict {
  return Object.hasOwn(signs, text);
}
