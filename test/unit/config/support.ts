import { expect } from "@jest/globals";
import { type Config, judgeConfig } from "../../../config/load.ts";
import { problemsOf, problemText } from "../../../config/problem.ts";
import { SyncError } from "../../../core/errors.ts";

const FILE = "/etc/rollcall/rollcall.yaml";

/** A small configuration that is right; the pieces can be replaced. */
export function configText(
	parts: { readonly source?: string; readonly product?: string; readonly people?: string; readonly rest?: string } = {},
): string {
	return `version: 1
sources:
  staff:
    kind: keycloak
    url: https://sso.example.org
    realm: staff
    clientId: rollcall
    clientSecret: \${credential:keycloak}
${parts.source ?? ""}products:
  jira:
    kind: jira
    url: https://jira.example.org
    token: \${credential:jira}
    posture: mirror
    adopt: username
    people:
      from: [staff]
${parts.people ?? ""}${parts.product ?? ""}${parts.rest ?? ""}`;
}

export const judge = (text: string, env: Readonly<Record<string, string>> = {}): Promise<Config> => judgeConfig(text, { file: FILE, env });

/** The error of something that must fail. */
export async function failure(work: Promise<unknown>): Promise<SyncError> {
	const outcome = await work.then(
		() => undefined,
		(error: unknown) => error,
	);
	expect(outcome).toBeInstanceOf(SyncError);
	return outcome as SyncError;
}

/** The problems of a text, each as it is shown, without the name of the file. */
export async function problems(text: string): Promise<readonly string[]> {
	const error = await failure(judge(text));
	expect(error.code).toBe("config.invalid");
	const list = problemsOf(error);
	expect(error.message).toBe(
		[`${FILE}: ${list.length} problem${list.length === 1 ? "" : "s"} in the configuration`, ...list.map(problemText)].join("\n"),
	);
	return list.map((problem) => problemText(problem).slice(FILE.length + 1));
}
