import { z } from "zod";
import { field, line, SECRET_ALLOWED, secret } from "./fields.ts";
import type { Rules } from "./kind.ts";

/** The log-in of an application to a Crowd: its name and password. `guide` says how to make one. */
export const applicationFields = (guide: string) => ({
	application: field(line(), {
		meaning: "The application in Crowd that Rollcall logs in as; not a person.",
		allowed: "the name of an application",
		example: "rollcall",
		todo: `How to make one with the least rights: ${guide}.`,
	}),
	password: field(secret(), {
		meaning: "The application's password.",
		allowed: SECRET_ALLOWED,
		example: "${credential:crowd}",
		secret: true,
		todo: "Put the password into a file and refer to it by name.",
	}),
});

/** Crowd's directories by their ids. */
export const directoriesField = (meaning: string, otherwise: string) =>
	field(
		z
			.array(
				field(z.number().int().min(1), {
					meaning: "A directory.",
					allowed: "a directory's id, as the console's address has it",
					example: "32769",
				}),
			)
			.min(1)
			.optional(),
		{ meaning, allowed: "a list of directories' ids", example: "[32769, 98305]", default: otherwise },
	);

/** Crowd's address ends with the context path. */
export const baseOfCrowd: Rules = ({ raw, path, report }) => {
	const rest = typeof raw.url === "string" ? /\/(?:rest|console)(?:\/|$)/.exec(raw.url) : null;
	if (rest !== null)
		report(
			[...path, "url"],
			`found "${rest[0].replace(/\/$/, "")}" in the address; it ends before that.`,
			"Write the address up to the context path only, like https://crowd.example.org/crowd.",
		);
};
