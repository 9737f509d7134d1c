import type { Format } from "../choose.ts";
import { chunked } from "../chunked.ts";
import type { Look } from "../report.ts";
import { csv } from "./csv.ts";
import type { Ending } from "./endings.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { markdown } from "./markdown.ts";
import { text } from "./text.ts";

type RenderAll = (endings: readonly Ending[], look: Look) => Iterable<string>;
const RENDERERS: Readonly<Record<Format, RenderAll>> = { text, json, markdown, csv, html };

/** One document over several products, in chunks of about 64 KiB. */
export function rendererOfAll(format: Format): RenderAll {
	return (endings, look) => chunked(RENDERERS[format](endings, look));
}
