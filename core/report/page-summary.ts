import { h, type Markup } from "./markup.ts";
import type { Report, ReportBreach } from "./report.ts";
import { peopleIn, plannedOf, totals, troublesByReason } from "./tally.ts";
import * as words from "./words.ts";

const { count, number } = words;

/** Everything above the tables: it is plain HTML, so it reads even where scripts are off. */
export function header(report: Report): Markup {
	const { label, tone } = words.outcomeWords(report);
	const run = report.runId === undefined ? undefined : h`<span>Run <code>${report.runId}</code></span>`;
	return h`<header>
<p class="brand"><strong>Rollcall</strong><span class="chip">${words.capital(words.MODE_WORDS[report.mode])}</span><span class="chip ${tone}">${label}</span></p>
<h1>${report.headline}</h1>
<p class="facts"><span>Product <strong>${report.product.id}</strong></span><span>Policy ${words.POSTURE_WORDS[report.posture]}${report.firstRun ? ", first run" : ""}</span>${run}<span><time datetime="${report.startedAt}">${words.moment(report.startedAt)}</time> to <time datetime="${report.finishedAt}">${words.moment(report.finishedAt)}</time></span><span>Plan <code>${report.planDigest}</code></span></p>
</header>`;
}

export function verdict(report: Report): Markup | undefined {
	const { state, breaches } = report.verdict;
	if (state === "clear" && report.operations.length === 0) return undefined;
	if (state === "clear")
		return h`<section class="verdict good" aria-label="The guard's verdict"><p>${words.verdictWords(report)}</p></section>\n`;
	const title = state === "refused" ? "Refused by the guard" : "Limits overridden";
	const hidden = breaches.length - SHOWN_BREACHES;
	return h`<section class="verdict ${state === "refused" ? "bad" : "warn"}" aria-labelledby="verdict">
<h2 id="verdict">${title}</h2><p>${words.verdictWords(report)}</p>
<ul>${breaches.slice(0, SHOWN_BREACHES).map(breachItem)}</ul>
${hidden > 0 ? h`<p>and ${number(hidden)} more like these</p>` : undefined}</section>\n`;
}

/** A guard that refuses every protected account by name must not bury the page. */
const SHOWN_BREACHES = 20;

function breachItem(breach: ReportBreach): Markup {
	const { planned, allowed, message } = breach;
	const meter =
		planned > allowed
			? h`<svg class="meter" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="over" width="100" height="6"/><rect class="within" width="${((allowed / planned) * 100).toFixed(2)}" height="6"/></svg>`
			: undefined;
	return h`<li><strong>${words.breachTitle(breach)}</strong>${meter}<span>${words.capital(message)}.</span></li>`;
}

export function readings(report: Report): Markup {
	const sources = report.sources.map(
		(s) => h`<li><p><span class="role">From</span> <strong>${s.id}</strong> <span class="quiet">${s.kind}</span></p>
<p>${count(s.people, "person", "people")} <span class="quiet">(${number(s.active)} active)</span>, ${count(s.groups, "group")}, ${count(s.memberships, "membership")}</p>
<p class="quiet">read <time datetime="${s.takenAt}">${words.moment(s.takenAt)}</time> in ${words.duration(s.seconds)}, ${count(s.requests, "request")}</p></li>`,
	);
	const p = report.product;
	const seats = report.seats.map((pool) => h`<p class="${pool.lacking > 0 ? "short" : "quiet"}">${words.seatWords(pool)}</p>`);
	return h`<ul class="readings" aria-label="What was read">${sources}<li><p><span class="role">To</span> <strong>${p.id}</strong> <span class="quiet">${p.server}</span></p>
<p>${count(p.accounts, "account")} <span class="quiet">(${number(p.active)} active)</span>, ${count(p.groups, "group")}</p>
${seats}<p class="quiet">${words.duration(p.seconds)}, ${count(p.requests, "request")}</p></li></ul>\n`;
}

/** Why things failed, before anything else about the run; the rows are one click away. */
export function troubles(report: Report): Markup | undefined {
	const reasons = troublesByReason(report.operations.filter(words.isTrouble));
	if (reasons.length === 0) return undefined;
	const items = reasons.slice(0, SHOWN_BREACHES).map((same) => {
		const { state, error } = same[0]!;
		return h`<li><b>${number(same.length)} × ${words.STATE_WORDS[state!]}</b>: ${error ?? "no reason was given"}</li>`;
	});
	const rest = reasons.length > SHOWN_BREACHES ? h`<li>and ${count(reasons.length - SHOWN_BREACHES, "further reason")}</li>` : undefined;
	return h`<section class="card"><h2>What went wrong</h2><ul class="troubles">${items}${rest}</ul></section>\n`;
}

interface Tile {
	readonly label: string;
	readonly value: number;
	readonly tone: string;
	/** What a click filters the changes by: `kind:…`, `tone:…`, `state:…`, or nothing. */
	readonly filter: string;
	readonly always?: boolean;
}

/** The numbers people look for first. Each is a button that shows its rows. */
export function tiles(report: Report): Markup {
	const { counts } = report;
	const sum = totals(counts);
	const all: readonly Tile[] = [
		{ label: "Failed or unknown", value: sum.failed + sum.unknown, tone: "loss", filter: "state:trouble" },
		{ label: "People", value: peopleIn(report.operations), tone: "neutral", filter: "", always: true },
		{ label: "Created", value: plannedOf(counts, "account.create"), tone: "gain", filter: "kind:account.create", always: true },
		{ label: "Disabled", value: plannedOf(counts, "account.disable"), tone: "loss", filter: "kind:account.disable", always: true },
		{ label: "Enabled", value: plannedOf(counts, "account.enable"), tone: "gain", filter: "kind:account.enable" },
		{ label: "Adopted", value: plannedOf(counts, "link.adopt"), tone: "link", filter: "kind:link.adopt" },
		{
			label: "Renamed, updated",
			value: plannedOf(counts, "account.rename", "account.update", "attribute.set"),
			tone: "change",
			filter: "tone:change",
		},
		{ label: "Group gains", value: plannedOf(counts, "member.add"), tone: "gain", filter: "kind:member.add", always: true },
		{ label: "Group losses", value: plannedOf(counts, "member.remove"), tone: "loss", filter: "kind:member.remove", always: true },
		{ label: "Held back", value: report.holds.length, tone: "warn", filter: "state:held", always: true },
		{ label: "Not run", value: sum.notRun, tone: "warn", filter: "state:not-run" },
	];
	const shown = all.filter((tile) => tile.always === true || tile.value > 0);
	return h`<div class="tiles" role="group" aria-label="Counts; each shows its rows">${shown.map(
		(tile) =>
			h`<button type="button" class="tile ${tile.value === 0 ? "none" : tile.tone}" data-filter="${tile.filter}"><b>${number(tile.value)}</b> <span>${tile.label}</span></button>`,
	)}</div>\n`;
}

export function closing(report: Report): Markup {
	const notes =
		report.notes.length === 0
			? undefined
			: h`<section class="card"><h2>Notes</h2><ul>${report.notes.map((note) => h`<li>${note}</li>`)}</ul></section>`;
	const next =
		report.next.length === 0
			? undefined
			: h`<section class="card"><h2>Next</h2><ul class="next">${report.next.map(nextItem)}</ul></section>`;
	return h`<div class="pair">${next}${notes}</div>\n`;
}

function nextItem(line: string): Markup {
	if (!line.startsWith("rollcall ")) return h`<li>${line}</li>`;
	const [command, remark] = line.split("    # ") as [string, string | undefined];
	return h`<li><code>${command}</code>${remark === undefined ? undefined : h` <span class="quiet">${remark}</span>`}</li>`;
}
