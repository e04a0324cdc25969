import { underBase } from './base-path.js';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text made safe for HTML text and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** A whole page. `body` is HTML; the title is text. */
export function htmlPage(basePath: string, title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)} · Retail sales</title>
<link rel="icon" href="${underBase(basePath, '/assets/icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${underBase(basePath, '/assets/gateway.css')}">
</head>
<body>
${body}
</body>
</html>
`;
}
