import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Keycloak 26 asks for OpenJDK 21 or newer (https://www.keycloak.org/getting-started/getting-started-zip). */
const OLDEST = 21;

/** The home of the first JDK that is new enough: JAVA_HOME, then everything under /usr/lib/jvm. */
export function findJdk(): string | undefined {
	return candidates().find((home) => (majorVersion(home) ?? 0) >= OLDEST);
}

export const MISSING_JDK = `no JDK ${OLDEST} or newer (looked at JAVA_HOME and /usr/lib/jvm)`;

function candidates(): readonly string[] {
	const installed = existsSync("/usr/lib/jvm") ? readdirSync("/usr/lib/jvm").map((name) => join("/usr/lib/jvm", name)) : [];
	const stated = process.env.JAVA_HOME;
	return stated === undefined || stated === "" ? installed : [stated, ...installed];
}

/** From the JDK's own `release` file: `JAVA_VERSION="25.0.1"`. */
function majorVersion(home: string): number | undefined {
	const release = join(home, "release");
	if (!existsSync(join(home, "bin/java")) || !existsSync(release)) return undefined;
	const stated = /^JAVA_VERSION="?(\d+)/m.exec(readFileSync(release, "utf8"))?.[1];
	return stated === undefined ? undefined : Number(stated);
}
