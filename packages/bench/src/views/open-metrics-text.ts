/** A metric family of OpenMetrics 1.0. */
export interface MetricFamily {
  /** Without the unit, which is put behind it. */
  readonly name: string;
  readonly type: 'gauge' | 'info' | 'summary';
  readonly unit?: string;
  readonly help: string;
  readonly points: readonly MetricPoint[];
}

export interface MetricPoint {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The text exposition of OpenMetrics 1.0; families without points are left out. */
export function openMetricsText(families: readonly MetricFamily[]): string {
  const texts = families.filter(({ points }) => points.length > 0).map(familyText);
  return `${texts.join('')}# EOF\n`;
}

function familyText({ name, type, unit, help, points }: MetricFamily): string {
  const full = unit === undefined ? name : `${name}_${unit}`;
  const lines = [
    `# TYPE ${full} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${full} ${unit}`]),
    `# HELP ${full} ${escaped(help)}`,
    ...points.map((point) => pointText(type === 'info' ? `${full}_info` : full, point)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function pointText(name: string, { labels, value }: MetricPoint): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

/** Backslash, newline and quote: in labels and in help alike. Half a surrogate pair has no UTF-8. */
function escaped(text: string): string {
  return text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

/** What may stand in a metric's name, without the colon, which is for recording rules. */
export function metricName(text: string): string {
  return text.replace(/[^a-zA-Z0-9_]/g, '_');
}
