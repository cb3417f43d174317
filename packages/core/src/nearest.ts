import leven from 'leven';

/** The word that somebody probably meant, or undefined when none is near: at most a third of its letters wrong, or one. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, wrong: wrongLetters(word, candidate) }))
    .sort((one, other) => one.wrong - other.wrong);
  const most = Math.max(1, Math.floor(word.length / 3));
  return best && best.wrong <= most && best.wrong < word.length ? best.candidate : undefined;
}

/** The commonest slip of fingers is two letters in the wrong order, which counts as one here. */
function wrongLetters(word: string, candidate: string): number {
  const swapped = Array.from({ length: Math.max(0, word.length - 1) }, (_, at) => {
    const other = word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2);
    return 1 + leven(other, candidate);
  });
  return Math.min(leven(word, candidate), ...swapped);
}

/** ` Did you mean X?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const candidate = nearest(word, known);
  return candidate === undefined ? '' : ` Did you mean ${candidate}?`;
}
