import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const VERSION = process.env.ROLLCALL_OPENAM_VERSION || "16.0.5";
/** The servlet container that goes with it (Jakarta EE). */
const TOMCAT = "11.0.2";

interface Artifact {
	readonly group: string;
	readonly name: string;
	readonly version: string;
	readonly type: string;
	/** Names a file that is used instead of Maven's. */
	readonly environment: string;
}
const WAR: Artifact = {
	group: "org.openidentityplatform.openam",
	name: "openam-server",
	version: VERSION,
	type: "war",
	environment: "ROLLCALL_OPENAM_WAR",
};
const ZIP: Artifact = { group: "org.apache.tomcat", name: "tomcat", version: TOMCAT, type: "zip", environment: "ROLLCALL_TOMCAT_ZIP" };

/** Where downloads live: outside of the repository, shared by all clones of one person. */
function cacheFolder(): string {
	const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "rollcall");
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	return folder;
}

const inMaven = ({ group, name, version, type }: Artifact): string =>
	join(homedir(), ".m2/repository", ...group.split("."), name, version, `${name}-${version}.${type}`);
export const onPath = (name: string): boolean => (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));

/** Why the server's files cannot be had on this machine; undefined: they can. */
export function missingDistribution(): string | undefined {
	if (existsSync(installed())) return undefined;
	for (const artifact of [WAR, ZIP]) {
		const stated = process.env[artifact.environment] ?? "";
		if (stated !== "" && !existsSync(stated)) return `${artifact.environment} names ${stated}, which is not there`;
		if (stated === "" && !existsSync(inMaven(artifact)) && !onPath("mvn"))
			return `no Maven to fetch ${artifact.name} with, and no ${artifact.environment}`;
	}
	return undefined;
}

const installed = () => join(cacheFolder(), `openam-${VERSION}-tomcat-${TOMCAT}`);

/** Tomcat, and beside it OpenAM unpacked: written to by nobody, so that all servers share it. */
export interface Installation {
	readonly tomcat: string;
	readonly openam: string;
}

/** Unpacked beside its place and moved there when whole: a broken-off installation is never taken for a good one. */
export async function install(jdk: string): Promise<Installation> {
	const home = installed();
	if (!existsSync(home)) {
		const [war, zip] = [await fileOf(WAR), await fileOf(ZIP)];
		const workshop = mkdtempSync(join(cacheFolder(), ".unpack-"));
		const jar = join(jdk, "bin/jar");
		try {
			await run(jar, ["--extract", "--file", zip], { cwd: workshop });
			renameSync(join(workshop, `apache-tomcat-${TOMCAT}`), join(workshop, "tomcat"));
			// jar does not keep the mode of files.
			await run("chmod", ["+x", join(workshop, "tomcat/bin/catalina.sh")]);
			mkdirSync(join(workshop, "openam"));
			await run(jar, ["--extract", "--file", war], { cwd: join(workshop, "openam"), timeout: 300_000 });
			if (!existsSync(home)) renameSync(workshop, home);
		} finally {
			rmSync(workshop, { recursive: true, force: true });
		}
	}
	return { tomcat: join(home, "tomcat"), openam: join(home, "openam") };
}

/** As Maven Central has it, kept where Maven keeps what it fetched: outside of the repository. */
async function fileOf(artifact: Artifact): Promise<string> {
	const stated = process.env[artifact.environment];
	if (stated !== undefined && stated !== "") return stated;
	const file = inMaven(artifact);
	if (!existsSync(file)) {
		const goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get";
		const what = `-Dartifact=${artifact.group}:${artifact.name}:${artifact.version}:${artifact.type}`;
		await run("mvn", ["-q", "-B", goal, "-Dtransitive=false", what], { cwd: cacheFolder(), timeout: 900_000 });
	}
	return file;
}
