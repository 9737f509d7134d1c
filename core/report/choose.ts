import { chunked } from "./chunked.ts";
import { csv } from "./csv.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { markdown } from "./markdown.ts";
import type { Render } from "./report.ts";
import { text } from "./text.ts";

export const FORMATS = ["text", "json", "markdown", "csv", "html"] as const;
export type Format = (typeof FORMATS)[number];

const RENDERERS: Readonly<Record<Format, Render>> = { text, json, markdown, csv, html };

/** The rendering of that name, in chunks of about 64 KiB. */
export function renderer(format: Format): Render {
	const render = RENDERERS[format];
	return (report, look) => chunked(render(report, look));
}
