import { readFileSync } from "node:fs";
import { html as htmlOfOne, SCRIPT_HASH, STYLE_HASH, sha256 } from "../html.ts";
import { escaped, h } from "../markup.ts";
import { number } from "../words.ts";
import { COLUMNS, type Ending, headlineOf, rowOf } from "./endings.ts";

const STYLE = new URL("../page/several.css", import.meta.url);

/**
 * One self-contained file: the overview, and each product's own page in a frame that is part of the file. Frames obey the
 * Content-Security-Policy of the file they stand in, so it names the hashes of their style and script beside its own.
 */
export function* html(endings: readonly Ending[]): Iterable<string> {
	const style = readFileSync(STYLE, "utf8");
	const headline = headlineOf(endings);
	yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '${SCRIPT_HASH()}'; style-src '${STYLE_HASH()}' '${sha256(style)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Rollcall: all products</title>
<style>${style}</style>
</head>
<body>
<main>
<header><p class="brand"><strong>Rollcall</strong></p><h1>${escaped(headline)}</h1></header>
${overview(endings)}
`;
	for (const [index, ending] of endings.entries()) {
		yield `<section id="product-${index}"><h2>${escaped(ending.product)}</h2>\n`;
		if ("report" in ending) {
			yield `<iframe title="${escaped(`The report of ${ending.product}`)}" srcdoc="`;
			for (const piece of htmlOfOne(ending.report)) yield piece.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
			yield `"></iframe>\n`;
		} else {
			const { code, message, todo } = ending.failure;
			yield h`<p class="failure"><strong>${message}</strong> <code>${code}</code></p>${todo === undefined ? undefined : h`<p>${todo}</p>`}\n`
				.html;
		}
		yield "</section>\n";
	}
	yield "</main>\n</body>\n</html>\n";
}

function overview(endings: readonly Ending[]): string {
	const rows = endings.map(rowOf).map((row, index) => {
		const cells = row.cells.map((cell) => (cell === 0 ? h`<td class="none">·</td>` : h`<td>${number(cell)}</td>`));
		return h`<tr><th scope="row"><a href="#product-${index}">${row.product}</a> <span class="quiet">${row.server}</span></th><td><span class="chip ${row.tone}">${row.outcome}</span></td>${cells}<td>${row.freeSeats}</td></tr>\n`;
	});
	return h`<div class="scroll"><table><thead><tr><th scope="col">Product</th><th scope="col">Outcome</th>${COLUMNS.map((title) => h`<th scope="col">${title}</th>`)}<th scope="col">seats free</th></tr></thead><tbody>
${rows}</tbody></table></div>`.html;
}
