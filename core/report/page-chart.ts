import { h, type Markup } from "./markup.ts";
import type { Report } from "./report.ts";
import { groupTallies } from "./tally.ts";
import { capital, KIND_WORDS, number } from "./words.ts";

const TOP_GROUPS = 15;

/** Two small charts. Labels and numbers are text beside the bars, so that they can be read, searched and scaled. */
export function charts(report: Report): Markup | undefined {
	if (report.counts.length === 0) return undefined;
	return h`<div class="pair">${kinds(report)}${groups(report)}</div>\n`;
}

function kinds({ counts }: Report): Markup {
	const most = Math.max(...counts.map((c) => c.planned));
	const rows = counts.map(
		(c) =>
			h`<tr><th scope="row">${capital(c.verb)}</th><td class="bar">${bar(c.planned, most, KIND_WORDS[c.kind].tone)}</td><td class="number">${number(c.planned)}</td></tr>`,
	);
	return h`<section class="card"><h2>By kind, in order of execution</h2><table class="chart"><caption class="unseen">Operations per kind</caption><tbody>${rows}</tbody></table></section>`;
}

function groups({ operations }: Report): Markup | undefined {
	const all = groupTallies(operations).filter(({ gains, losses }) => gains + losses > 0);
	if (all.length === 0) return undefined;
	const shown = all.slice(0, TOP_GROUPS);
	const most = Math.max(...shown.flatMap(({ gains, losses }) => [gains, losses]));
	const rows = shown.map(
		({ group, gains, losses }) =>
			h`<tr><th scope="row">${group}</th><td class="number loss">${losses === 0 ? "" : `−${number(losses)}`}</td><td class="bar left">${bar(losses, most, "loss")}</td><td class="bar">${bar(gains, most, "gain")}</td><td class="number gain">${gains === 0 ? "" : `+${number(gains)}`}</td></tr>`,
	);
	const title = all.length > TOP_GROUPS ? `The ${TOP_GROUPS} most changed of ${number(all.length)} groups` : "By group";
	return h`<section class="card"><h2>${title}</h2><table class="chart groups"><caption class="unseen">Members lost and gained per group</caption><thead class="unseen"><tr><th scope="col">Group</th><th scope="col">Lost</th><th></th><th></th><th scope="col">Gained</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}

/** At least a sliver for anything above nothing. */
function bar(value: number, most: number, tone: string): Markup | undefined {
	if (value === 0) return undefined;
	const width = Math.max(1, (value / most) * 100).toFixed(2);
	return h`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="${tone}" width="${width}" height="10"/></svg>`;
}
