import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const VERSION = process.env.ROLLCALL_KEYCLOAK_VERSION || "26.7.4";

/** Where downloads live: outside of the repository, shared by all clones of one person. */
function cacheFolder(): string {
	const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
	const folder = join(base, "rollcall");
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	return folder;
}

const mavenZip = () => join(homedir(), `.m2/repository/org/keycloak/keycloak-quarkus-dist/${VERSION}/keycloak-quarkus-dist-${VERSION}.zip`);
const onPath = (name: string) => (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));

/** Why the server's files cannot be had on this machine; undefined: they can. */
export function missingDistribution(): string | undefined {
	const stated = process.env.ROLLCALL_KEYCLOAK_ZIP;
	if (stated !== undefined && stated !== "")
		return existsSync(stated) ? undefined : `ROLLCALL_KEYCLOAK_ZIP names ${stated}, which is not there`;
	if (existsSync(installed()) || existsSync(mavenZip())) return undefined;
	return onPath("mvn") ? undefined : "no Maven to fetch Keycloak with, and no ROLLCALL_KEYCLOAK_ZIP";
}

const installed = () => join(cacheFolder(), `keycloak-${VERSION}`);

/**
 * The unpacked server, built for an in-memory database so that it starts in about 15 seconds instead of 75
 * (https://www.keycloak.org/server/configuration, "Optimize the Keycloak startup"). Unpacked and built beside its place
 * and moved there when whole: a broken-off installation is never taken for a good one.
 */
export async function install(jdk: string): Promise<string> {
	const home = installed();
	if (existsSync(home)) return home;
	const zip = await zipFile();
	const workshop = mkdtempSync(join(cacheFolder(), ".unpack-"));
	try {
		await run(join(jdk, "bin/jar"), ["--extract", "--file", zip], { cwd: workshop });
		const unpacked = join(workshop, `keycloak-${VERSION}`);
		// jar does not keep the mode of files.
		await run("chmod", ["+x", join(unpacked, "bin/kc.sh")]);
		await run(join(unpacked, "bin/kc.sh"), ["build", "--db=dev-mem", "--cache=local"], {
			env: { PATH: process.env.PATH, JAVA_HOME: jdk },
			timeout: 180_000,
		});
		if (!existsSync(home)) renameSync(unpacked, home);
	} finally {
		rmSync(workshop, { recursive: true, force: true });
	}
	return home;
}

/** The zip as Maven Central has it, kept where Maven keeps what it fetched. */
async function zipFile(): Promise<string> {
	const stated = process.env.ROLLCALL_KEYCLOAK_ZIP;
	if (stated !== undefined && stated !== "") return stated;
	if (!existsSync(mavenZip())) {
		const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get";
		const artifact = `-Dartifact=org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`;
		await run("mvn", ["-q", "-B", goal, "-Dtransitive=false", artifact], { cwd: cacheFolder(), timeout: 600_000 });
	}
	return mavenZip();
}
