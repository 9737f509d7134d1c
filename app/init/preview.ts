import stringWidth from "string-width";
import { type Config, compile } from "../../config/load.ts";
import type { Connector } from "../../core/connector.ts";
import { buildDesired } from "../../core/desired/build.ts";
import type { Desired } from "../../core/desired/desired.ts";
import { asSyncError } from "../../core/errors.ts";
import type { Group, Snapshot } from "../../core/model.ts";
import { visible as clean } from "../../core/report/visible.ts";
import { colours, print, type Terminal } from "../console.ts";
import { openProgress } from "../progress.ts";
import { openConnector } from "../wiring.ts";
import type { Dialog } from "./dialog.ts";

const SHOWN = 10;

/**
 * Reads the directories whole, as a run does, and shows the first people and groups as the policy sees them. A part of a directory
 * would be quicker and could mislead: who somebody is may hang on a group or a record of the last page. Ctrl-C ends the reading only.
 */
export async function preview(dialog: Dialog, terminal: Terminal, config: Config): Promise<void> {
	const progress = await openProgress(terminal, false);
	try {
		const read = await dialog.during((signal) => readAll(config, progress.show, signal));
		progress.end();
		if (read === undefined) dialog.say("The reading was stopped; the configuration is not affected.");
		else show(terminal, config, read);
	} catch (error) {
		progress.end();
		const failure = asSyncError(error);
		const colour = colours(terminal, terminal.err);
		dialog.say(`${colour.yellow("The directory could not be read:")} ${clean(failure.message)}`);
		if (failure.todo !== undefined) dialog.say(`${colour.bold("What to do:")} ${clean(failure.todo)}`);
	}
}

type Show = Awaited<ReturnType<typeof openProgress>>["show"];

async function readAll(config: Config, progress: Show, signal: AbortSignal): Promise<readonly Snapshot[]> {
	const [policy] = compile(config).values();
	const connectors: Connector[] = [];
	try {
		const snapshots: Snapshot[] = [];
		for (const id of policy!.from) {
			const connector = await openConnector(config.sources.get(id)!, undefined);
			connectors.push(connector);
			snapshots.push(await connector.snapshot({ attributes: policy!.needs, progress }, signal));
		}
		return snapshots;
	} finally {
		await Promise.all(connectors.map((connector) => connector.close()));
	}
}

function show(terminal: Terminal, config: Config, snapshots: readonly Snapshot[]): void {
	const [policy] = compile(config).values();
	const desired = buildDesired(policy!, snapshots);
	const { out } = terminal;
	const colour = colours(terminal, out);
	for (const { connector, size } of snapshots)
		print(out, `${clean(connector)}: ${size.people} people (${size.people - size.active} switched off), ${size.groups} groups`);
	showPeople(terminal, desired);
	const groups = snapshots.flatMap((snapshot) => [...snapshot.groups.values()].map((group) => ({ source: snapshot.connector, group })));
	groups.sort((a, b) => a.group.path.localeCompare(b.group.path));
	print(
		out,
		`\n${colour.bold(`Groups (first ${Math.min(SHOWN, groups.length)} of ${groups.length})`)}   ${colour.dim("none is mapped yet: groups.map")}`,
	);
	for (const { source, group } of groups.slice(0, SHOWN))
		print(out, `  ${pad(group.path, 44)} ${membersOf(group)}${snapshots.length > 1 ? colour.dim(`   ${clean(source)}`) : ""}`);
}

function showPeople({ ...terminal }: Terminal, { people, excluded, held }: Desired): void {
	const { out } = terminal;
	const colour = colours(terminal, out);
	const wishes = [...people.values()];
	print(out, `\n${colour.bold(`People who would have an account (first ${Math.min(SHOWN, wishes.length)} of ${wishes.length})`)}`);
	for (const { fields, active, person, aliases } of wishes.slice(0, SHOWN)) {
		const also = aliases.length === 0 ? "" : colour.dim(`   ${clean([person, ...aliases].map((key) => key.split(":")[0]).join(" and "))}`);
		const off = active ? "" : colour.yellow("   switched off");
		print(out, `  ${pad(fields.username, 24)} ${pad(fields.email, 32)} ${pad(fields.displayName, 24)}${off}${also}`);
	}
	few(
		terminal,
		"Not selected",
		[...excluded.values()].map(({ username, because }) => ({ username, because })),
	);
	few(
		terminal,
		"Held: nothing would be changed for them",
		[...held.values()].map(({ username, detail }) => ({ username, because: detail })),
	);
}

function few(terminal: Terminal, title: string, list: readonly { readonly username: string; readonly because: string }[]): void {
	if (list.length === 0) return;
	print(terminal.out, `\n${colours(terminal, terminal.out).bold(`${title}: ${list.length}`)}`);
	for (const { username, because } of list.slice(0, FEW)) print(terminal.out, `  ${pad(username, 24)} ${clean(because)}`);
	if (list.length > FEW) print(terminal.out, `  and ${list.length - FEW} more`);
}
const FEW = 3;

function membersOf({ held, people, groups }: Group): string {
	if (held !== undefined) return `held: ${clean(held)}`;
	return `${people.length} members${groups.length === 0 ? "" : `, ${groups.length} groups inside`}`;
}

function pad(text: string, width: number): string {
	const plain = clean(text);
	return plain + " ".repeat(Math.max(0, width - stringWidth(plain)));
}
