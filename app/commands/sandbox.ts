import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { SyncError } from "../../core/errors.ts";
import { colours, print, type Terminal } from "../console.ts";
import { assertOurFolder, writeSandboxConfig } from "../sandbox-config.ts";
import type { Stopping } from "../signals.ts";

export interface SandboxFlags {
	readonly directory: string;
	readonly people: number;
	readonly groups: number;
	readonly jiraVersion: string;
	readonly keycloakPort: number;
	readonly jiraPort: number;
}

/** Starts both stand-ins with an invented company, writes a configuration for them, and waits for Ctrl-C. State stays in the folder. */
export async function sandboxCommand(terminal: Terminal, flags: SandboxFlags, signals: Stopping): Promise<number> {
	const [{ startSandbox }, { behaviours }] = await Promise.all([
		import("../../sandbox/start.ts"),
		import("../../sandbox/jira/versions.ts"),
	]);
	if (!Object.hasOwn(behaviours, flags.jiraVersion))
		throw new SyncError("config.invalid", `the sandbox has no Jira ${flags.jiraVersion}`, {
			todo: `Choose one of ${Object.keys(behaviours).join(", ")}.`,
		});
	if (flags.groups < 3 || flags.people < 1)
		throw new SyncError("config.invalid", "the sandbox needs at least 1 person and 3 groups", {
			todo: "Give larger numbers to --people and --groups.",
		});
	const directory = resolve(flags.directory);
	await assertOurFolder(directory);
	await mkdir(directory, { recursive: true });
	const { people, groups, keycloakPort, jiraPort } = flags;
	const jiraVersion = flags.jiraVersion as keyof typeof behaviours;
	const sandbox = await startSandbox({ people, groups, seed: 7, jiraVersion, keycloakPort, jiraPort, stateDirectory: directory });
	try {
		const config = await writeSandboxConfig(directory, sandbox);
		const colour = colours(terminal, terminal.out);
		print(
			terminal.out,
			`${colour.bold("Keycloak")}  ${sandbox.keycloak.url}  realm ${sandbox.keycloak.credentials.realm}, client ${sandbox.keycloak.credentials.clientId}`,
		);
		print(terminal.out, `${colour.bold(`Jira ${jiraVersion}`)}  ${sandbox.jira.url}  as ${sandbox.jira.credentials.username}`);
		print(terminal.out, `\nBoth are stand-ins on this machine only. In another terminal:\n`);
		print(terminal.out, `  rollcall check --config ${config}\n  rollcall diff  --config ${config}\n`);
		print(terminal.out, "Ctrl-C stops them; their state stays in the folder.");
		await new Promise<void>((done) =>
			signals.stop.aborted ? done() : signals.stop.addEventListener("abort", () => done(), { once: true }),
		);
		return 0;
	} finally {
		await sandbox.close();
	}
}
