import type { Progress } from "../core/connector.ts";
import { print, type Terminal } from "./console.ts";

export interface ProgressDisplay {
	readonly show: Progress;
	/** Takes the bars away, so that what is printed next stands clean. */
	end(): void;
}

const SILENT: ProgressDisplay = { show: () => {}, end: () => {} };
const EVERY_MS = 5_000;

/** Bars on a terminal, a plain line every few seconds elsewhere, nothing for machines. Always on standard error. */
export async function openProgress(terminal: Terminal, quiet: boolean): Promise<ProgressDisplay> {
	if (quiet) return SILENT;
	return terminal.err.isTTY === true && terminal.env.TERM !== "dumb" ? bars(terminal) : lines(terminal);
}

function lines(terminal: Terminal): ProgressDisplay {
	const last = new Map<string, { at: number; done: number }>();
	return {
		show: ({ stage, done, total }) => {
			const now = performance.now();
			const before = last.get(stage) ?? { at: now, done: -1 };
			last.set(stage, before);
			const complete = total !== undefined && done >= total;
			if (before.done === done || (!complete && now - before.at < EVERY_MS)) return;
			last.set(stage, { at: now, done });
			print(terminal.err, `${stage}: ${done}${total === undefined ? "" : ` of ${total}`}`);
		},
		end: () => {},
	};
}

async function bars(terminal: Terminal): Promise<ProgressDisplay> {
	const { default: cliProgress } = await import("cli-progress");
	const multi = new cliProgress.MultiBar(
		{ format: "{stage} {bar} {value}{of}", stream: terminal.err, hideCursor: true, clearOnComplete: true, barsize: 30, emptyOnZero: true },
		cliProgress.Presets.shades_classic,
	);
	const known = new Map<string, ReturnType<typeof multi.create>>();
	return {
		show: ({ stage, done, total }) => {
			const payload = { stage: stage.padEnd(24), of: total === undefined ? "" : ` of ${total}` };
			let bar = known.get(stage);
			if (bar === undefined) {
				bar = multi.create(total ?? Math.max(done, 1), done, payload);
				known.set(stage, bar);
			}
			bar.setTotal(total ?? Math.max(done, 1));
			bar.update(done, payload);
		},
		end: () => multi.stop(),
	};
}
