import { checkGroups, type Finding } from '../output/check-output';

const widest = 'warning'.length;

/** The findings under their groups, a line each, and below what is not as it should be what to do. */
export function drawFindings(findings: readonly Finding[]): string {
  return checkGroups
    .map((group) => findings.filter((finding) => finding.group === group))
    .filter(({ length }) => length > 0)
    .map((those) => [those[0]?.group ?? '', ...those.flatMap(lines)])
    .map((block) => block.map((line) => `${line}\n`).join(''))
    .join('\n');
}

function lines({ state, detail, fix }: Finding): readonly string[] {
  const margin = ' '.repeat(widest + 4);
  return [`  ${state.padEnd(widest)}  ${detail}`, ...(fix === undefined ? [] : [`${margin}fix: ${fix}`])];
}
