// `node .ci/complete-lock.mjs`, after `npm install`: names the packages for other platforms in package-lock.json that npm has left out.
// npm does so when the registry that it asks does not carry them (a company's mirror), and `npm ci` then refuses its own file
// everywhere. Version, system and processor are known without the registry; a hash is not, so these entries have none.
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";

const FILE = new URL("../package-lock.json", import.meta.url);
const PLATFORM = /(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)(?:-(\w+))?$/;
const LIBC = { gnu: "glibc", gnueabihf: "glibc", musl: "musl", musleabihf: "musl" };

/** Entries that are missing, by their key in `packages`. Only exactly pinned packages whose name states the platform. */
export function missingPlatforms({ packages }) {
	const missing = {};
	for (const [at, { optionalDependencies = {} }] of Object.entries(packages)) {
		for (const [name, version] of Object.entries(optionalDependencies)) {
			const [, os, cpu, abi] = PLATFORM.exec(name) ?? [];
			const known = [`${at}/node_modules/${name}`, `node_modules/${name}`].some((key) => packages[key] !== undefined);
			if (known || os === undefined || !/^\d+\.\d+\.\d+$/.test(version)) continue;
			const libc = os === "linux" && LIBC[abi] !== undefined ? { libc: [LIBC[abi]] } : {};
			missing[`node_modules/${name}`] = { version, cpu: [cpu], ...(packages[at].dev ? { dev: true } : {}), ...libc, optional: true, os: [os] };
		}
	}
	return missing;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
	const text = readFileSync(FILE, "utf8");
	const lock = JSON.parse(text);
	const missing = missingPlatforms(lock);
	const [root, ...rest] = Object.entries({ ...lock.packages, ...missing });
	const packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))]);
	writeFileSync(FILE, `${JSON.stringify({ ...lock, packages }, null, /^\t/m.test(text) ? "\t" : 2)}\n`);
	console.log(`${Object.keys(missing).length} entries added`);
}
