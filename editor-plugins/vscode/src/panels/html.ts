/** HTML for panels. Nothing in a panel runs and nothing is loaded: pages hold values of the user's tables. */

/** The policy of every panel: no script, no request; styles and pictures that the page brings itself. */
export const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

const POLICY_ELEMENT = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;

/** A page that mlwright wrote, under the policy of panels whatever the page itself says: of two policies both hold. */
export function guarded(page: string): string {
  const head = /<head(\s[^>]*)?>/i.exec(page);
  if (head === null) {
    return document("", page);
  }
  const after = head.index + head[0].length;
  return page.slice(0, after) + POLICY_ELEMENT + page.slice(after);
}

/** A page of our own, in the editor's colours. */
export function document(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">${POLICY_ELEMENT}<title>${escaped(title)}</title><style>
body { padding: 12px 16px; color: var(--vscode-editor-foreground); background: var(--vscode-editor-background); font-family: var(--vscode-font-family); }
h1 { font-size: 1.2em; font-weight: 600; margin: 0 0 4px; }
p { color: var(--vscode-descriptionForeground); margin: 0 0 12px; }
img { max-width: 100%; height: auto; border: 1px solid var(--vscode-panel-border); }
table { border-collapse: collapse; font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); }
th, td { text-align: left; padding: 2px 12px 2px 6px; border-bottom: 1px solid var(--vscode-panel-border); white-space: pre; max-width: 40ch; overflow: hidden; text-overflow: ellipsis; }
th { position: sticky; top: 0; background: var(--vscode-editor-background); }
th small { display: block; font-weight: normal; color: var(--vscode-descriptionForeground); }
td.number { text-align: right; }
td.missing { color: var(--vscode-disabledForeground); font-style: italic; }
</style></head><body>${body}</body></html>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
