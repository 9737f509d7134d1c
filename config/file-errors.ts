const REASONS: Readonly<Record<string, string>> = {
	ENOENT: "there is no such file",
	EACCES: "permission denied",
	EPERM: "permission denied",
	EISDIR: "it is a directory",
	ENOTDIR: "a part of the path is not a directory",
	ELOOP: "its symbolic links go round in circles",
	ENAMETOOLONG: "the path is too long",
};

/** Why a file could not be read, in words; the code of the operating system where there are none. */
export function reasonOf(error: unknown): string {
	const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown";
	return REASONS[code] ?? `the operating system says ${code}`;
}
