import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { escaped, h } from "./markup.ts";
import { charts } from "./page-chart.ts";
import { groupOfHold, pageData } from "./page-data.ts";
import { closing, header, readings, tiles, troubles, verdict } from "./page-summary.ts";
import type { Report } from "./report.ts";
import { count, number, wasApplied } from "./words.ts";

/** Read in this order and joined into one module; each names its imports for editors and linters only. */
const SCRIPTS = [
	new URL("./page/data.js", import.meta.url),
	new URL("./page/elements.js", import.meta.url),
	new URL("./page/table.js", import.meta.url),
	new URL("./page/panel.js", import.meta.url),
	new URL("./page/changes.js", import.meta.url),
	new URL("./page/views.js", import.meta.url),
	new URL("./page/main.js", import.meta.url),
];
const STYLE = new URL("./page/page.css", import.meta.url);

/**
 * One self-contained file: it asks for nothing from anywhere, which its Content-Security-Policy holds it to (hashes of
 * its own style and script, everything else forbidden). The counts, the verdict and the charts are plain HTML; the
 * lists are data that the script pages through, so that 100,000 rows stay quick.
 */
export function* html(report: Report): Iterable<string> {
	const style = styleText();
	const script = scriptText();
	const title = `Rollcall: ${report.product.id}, ${report.startedAt.slice(0, 10)}`;
	yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '${sha256(script)}'; style-src '${sha256(style)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
`;
	for (const part of [header(report), verdict(report), troubles(report), tiles(report), charts(report), readings(report), closing(report)])
		if (part !== undefined) yield part.html;
	yield views(report);
	yield `<noscript><p class="card">The lists below the counts need JavaScript, which is off here. <code>--format text</code> or <code>--format csv</code> have every row.</p></noscript>
</main>
<dialog id="panel" aria-labelledby="panel-title"></dialog>
<script type="application/json" id="data">`;
	yield* pageData(report);
	yield `</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/** The tabs, filled by the script. Tabs without content are left out. */
function views(report: Report): string {
	const groups = new Set([...report.operations.map((o) => o.group), ...report.holds.map((hold) => groupOfHold(hold.wanted))]);
	groups.delete(undefined);
	const tabs = [
		{ id: "changes", title: "Changes", size: report.operations.length + report.holds.length },
		{ id: "groups", title: "Groups", size: groups.size },
		{ id: "holds", title: "Held back", size: report.holds.length },
		{ id: "rejects", title: "Unreadable", size: report.rejects.length },
	].filter(({ size }) => size > 0);
	if (tabs.length === 0) return "";
	const applied = wasApplied(report) ? "applied" : "planned";
	return h`<section class="card views" id="views" data-mode="${applied}" aria-label="Every row">
<div role="tablist" aria-label="Views">${tabs.map(
		({ id, title, size }, index) =>
			h`<button type="button" role="tab" id="tab-${id}" aria-controls="view-${id}" aria-selected="${index === 0 ? "true" : "false"}" tabindex="${index === 0 ? "0" : "-1"}">${title} <span class="quiet" aria-label="${count(size, "row")}">${number(size)}</span></button>`,
	)}</div>
${tabs.map(({ id }, index) => (index === 0 ? h`<div role="tabpanel" id="view-${id}" aria-labelledby="tab-${id}"></div>` : h`<div role="tabpanel" id="view-${id}" aria-labelledby="tab-${id}" hidden></div>`))}
</section>\n`.html;
}

const styleText = (): string => readFileSync(STYLE, "utf8");
const scriptText = (): string => SCRIPTS.map(joinable).join("\n");
/** What a page's Content-Security-Policy allows, for a page that holds such pages. */
export const STYLE_HASH = (): string => sha256(styleText());
export const SCRIPT_HASH = (): string => sha256(scriptText());

/** The lines that only say what stands in which file go; all the files become one module. */
const joinable = (file: URL): string =>
	readFileSync(file, "utf8")
		.replace(/^import [^;]*;\n/gm, "")
		.replace(/^export /gm, "");

/** As a source of a Content-Security-Policy. */
export const sha256 = (text: string): string => `sha256-${hash("sha256", text, "base64")}`;
