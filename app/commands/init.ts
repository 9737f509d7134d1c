import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { EXAMPLE_ANSWERS, type ExampleAnswers, exampleConfig } from "../../config/example.ts";
import { SyncError } from "../../core/errors.ts";
import { print, type Terminal } from "../console.ts";
import { askText } from "../prompt.ts";
import { fileExists } from "../settings.ts";

/** Writes a commented configuration that loads as it stands; asks where there is a terminal. Never overwrites. */
export async function initCommand(terminal: Terminal, options: { readonly config?: string; readonly yes?: boolean }): Promise<number> {
	const path = resolve(options.config ?? "rollcall.yaml");
	if (await fileExists(path))
		throw new SyncError("config.invalid", `${path} exists already; nothing was written`, {
			todo: "Name another file with --config, or move that one away.",
		});
	const answers = options.yes || !terminal.input.isTTY ? {} : await interview(terminal);
	const credentials = join(dirname(path), "credentials");
	try {
		await mkdir(dirname(path), { recursive: true });
		await mkdir(credentials, { recursive: true, mode: 0o700 });
		await chmod(credentials, 0o700);
		// `wx`: whoever made the file in the meantime keeps it.
		await writeFile(path, exampleConfig({ ...answers, store: join(dirname(path), "rollcall.db") }), { flag: "wx", mode: 0o640 });
	} catch (error) {
		throw new SyncError("config.invalid", `cannot write ${path}: ${(error as NodeJS.ErrnoException).code}`, {
			cause: error,
			todo: "Choose a folder that you may write to, with --config.",
		});
	}
	for (const line of nextSteps(path, credentials)) print(terminal.out, line);
	return 0;
}

const nextSteps = (path: string, credentials: string): readonly string[] => [
	`Written: ${path}`,
	"",
	"Next:",
	`  1. Put the secrets into ${credentials} (one file each, mode 0600):`,
	`       install -m 600 /dev/stdin ${join(credentials, "keycloak")}     # the client secret; end with Ctrl-D`,
	`       install -m 600 /dev/stdin ${join(credentials, "jira")}         # the personal access token; end with Ctrl-D`,
	`  2. rollcall check --config ${path}`,
	`  3. rollcall diff  --config ${path}        # writes nothing`,
];

async function interview(terminal: Terminal): Promise<ExampleAnswers> {
	const question = async (text: string, example: string) => (await askText(terminal, `${text} [${example}]: `)).trim() || example;
	return {
		keycloakUrl: await question("Keycloak's address", EXAMPLE_ANSWERS.keycloakUrl),
		realm: await question("Realm", EXAMPLE_ANSWERS.realm),
		clientId: await question("Client id of Rollcall's service account", EXAMPLE_ANSWERS.clientId),
		jiraUrl: await question("Jira's address", EXAMPLE_ANSWERS.jiraUrl),
	};
}
