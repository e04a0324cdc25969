import { count, rate, seconds } from './format.mjs';

const COLORS = { services: '#0b6e4f', 'single-process': '#4a6fa5', 'row-at-a-time': '#c98a1b', pandas: '#a23e48' };
const WIDTH = 760;
const LABEL_WIDTH = 130;

/**
 * One size as bars of seconds, several as lines of seconds over rows (both logarithmic).
 * @param {readonly import('./compare.mjs').Comparison[]} comparisons @param {string} machine
 */
export function plot(comparisons, machine) {
  const [first] = comparisons;
  if (first === undefined) return '';
  return comparisons.length === 1 ? bars(first, machine) : lines(comparisons, machine);
}

/** @param {import('./compare.mjs').Comparison} comparison @param {string} machine */
function bars({ rows, products, measured }, machine) {
  const longest = Math.max(...measured.map((each) => each.seconds));
  const room = WIDTH - LABEL_WIDTH - 190;
  const drawn = measured.map(({ name, seconds: taken, rowsPerSecond, ratio }, index) => {
    const y = 60 + index * 40;
    const width = Math.max(2, (taken / longest) * room);
    const note = `${seconds(taken)} · ${rate(rowsPerSecond)}${name === 'services' || Number.isNaN(ratio) ? '' : ` · ${ratio.toFixed(1)} ×`}`;
    return `<text x="${LABEL_WIDTH}" y="${y + 18}" text-anchor="end">${escape(name)}</text>
  <rect x="${LABEL_WIDTH + 10}" y="${y}" width="${width.toFixed(1)}" height="26" rx="2" fill="${color(name)}"/>
  <text x="${(LABEL_WIDTH + 18 + width).toFixed(1)}" y="${y + 18}">${escape(note)}</text>`;
  });
  return svg(
    60 + measured.length * 40 + 40,
    `${count(rows)} rows, ${count(products)} products: seconds from start to published`,
    machine,
    drawn,
  );
}

/** @param {readonly import('./compare.mjs').Comparison[]} comparisons @param {string} machine */
function lines(comparisons, machine) {
  const height = 420;
  const area = { left: 70, right: WIDTH - 150, top: 60, bottom: height - 80 };
  const all = comparisons.flatMap(({ measured }) => measured.map((each) => each.seconds));
  const x = scale(
    comparisons.map(({ rows }) => rows),
    area.left,
    area.right,
  );
  const y = scale(all, area.bottom, area.top);
  const grid = [
    ...x.ticks.map(
      (value) => `<path d="M${x.at(value)} ${area.top}V${area.bottom}" stroke="#ddd"/>
  <text x="${x.at(value)}" y="${area.bottom + 20}" text-anchor="middle">${count(value)}</text>`,
    ),
    ...y.ticks.map(
      (value) => `<path d="M${area.left} ${y.at(value)}H${area.right}" stroke="#ddd"/>
  <text x="${area.left - 8}" y="${y.at(value) + 4}" text-anchor="end">${value} s</text>`,
    ),
  ];
  const names = [...new Set(comparisons.flatMap(({ measured }) => measured.map(({ name }) => name)))];
  const drawn = names.map((name) => {
    const points = comparisons.flatMap(({ rows, measured }) =>
      measured.filter((each) => each.name === name).map((each) => /** @type {const} */ ([x.at(rows), y.at(each.seconds)])),
    );
    const [endX = 0, endY = 0] = points.at(-1) ?? [];
    return `<polyline points="${points.map((point) => point.join(',')).join(' ')}" fill="none" stroke="${color(name)}" stroke-width="2"/>
  ${points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${color(name)}"/>`).join('')}
  <text x="${endX + 10}" y="${endY + 4}" fill="${color(name)}">${escape(name)}</text>`;
  });
  return svg(height, 'Seconds from start to published, by rows', machine, [...grid, ...drawn]);
}

/** A logarithmic scale whose ends are powers of ten. @param {readonly number[]} values @param {number} from @param {number} to */
function scale(values, from, to) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    at: (/** @type {number} */ value) => Math.round((from + ((Math.log10(value) - low) / (high - low)) * (to - from)) * 10) / 10,
    ticks: Array.from({ length: high - low + 1 }, (_, index) => Number((10 ** (low + index)).toPrecision(1))),
  };
}

/** @param {number} height @param {string} title @param {string} machine @param {readonly string[]} drawn */
function svg(height, title, machine, drawn) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#222">
  <rect width="${WIDTH}" height="${height}" fill="#fff"/>
  <text x="20" y="32" font-size="16" font-weight="600">${escape(title)}</text>
  ${drawn.join('\n  ')}
  <text x="20" y="${height - 14}" font-size="10" fill="#666">${escape(machine)}</text>
</svg>
`;
}

/** @param {string} name */
function color(name) {
  return /** @type {Record<string, string>} */ (COLORS)[name] ?? '#555';
}

/** @param {string} text */
function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
