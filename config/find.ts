import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { SyncError } from "../core/errors.ts";

const CONFIG_VARIABLE = "ROLLCALL_CONFIG";
const CONFIG_NAME = "rollcall.yaml";
const SYSTEM_CONFIG = "/etc/rollcall/rollcall.yaml";

export interface FindOptions {
	/** The value of `--config`. */
	readonly flag?: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly cwd: string;
	/** Where the machine's own configuration is; another one in tests. */
	readonly system?: string;
}

/**
 * The configuration file to use, as an absolute path: `--config`, else ROLLCALL_CONFIG, else rollcall.yaml in this folder, else
 * /etc/rollcall/rollcall.yaml. What is named is taken, there or not: a mistyped name must never fall through to another file.
 */
export async function findConfig({ flag, env, cwd, system = SYSTEM_CONFIG }: FindOptions): Promise<string> {
	const named = flag ?? env[CONFIG_VARIABLE];
	if (named !== undefined && named !== "") return resolve(cwd, named);
	const candidates = [resolve(cwd, CONFIG_NAME), system];
	for (const candidate of candidates) if (await exists(candidate)) return candidate;
	throw new SyncError(
		"config.invalid",
		`no configuration file; looked for --config (not given), ${CONFIG_VARIABLE} (not set), ${candidates.join(" and ")}`,
		{
			todo: "Name it with --config FILE, or write one to begin with: rollcall init.",
		},
	);
}

/** A file that is there and cannot be read counts as there: the reading says why. */
async function exists(path: string): Promise<boolean> {
	try {
		await access(path);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code !== "ENOENT";
	}
}
