import { z } from "zod";
import { SyncError } from "../../../core/errors.ts";
import { type RawAnswer, statedWaitMs } from "../../http/answer.ts";
import { inWords, type Where } from "../../http/failure.ts";
import { cleanText, withoutSecrets } from "../../http/text.ts";
import type { JumpCloudSettings } from "./settings.ts";

/** V1: `{message}` or `{error}`; V2: `{code, message, status}`; the token endpoint: `{error, error_description}` (RFC 6749 section 5.2). */
const bodySchema = z.object({ message: z.string().optional(), error_description: z.string().optional(), error: z.string().optional() });

/** The server's own sentence inside an error body. */
export function detailOf(body: unknown): string | undefined {
	const parsed = bodySchema.safeParse(body);
	if (!parsed.success) return undefined;
	return parsed.data.message ?? parsed.data.error_description ?? parsed.data.error;
}

export const READ_ONLY = "Read Only";
export const GRANT = `Give the administrator or service account that Rollcall uses the role "${READ_ONLY}" (docs/guides/jumpcloud.md).`;

/** What a refusal is judged with. */
export interface Refused {
	readonly settings: Pick<JumpCloudSettings, "auth" | "organization" | "region">;
	readonly secrets: () => readonly string[];
}

/** Answers that mean something else, or more, than their status says; undefined: what the status says. */
export function refusalOf(answer: RawAnswer, where: Where, by: Refused): SyncError | undefined {
	const said = sentence(answer, by.secrets());
	const { organization } = by.settings;
	const context = { method: where.method, path: where.path, host: where.host, status: answer.status };
	const start = `${inWords(where)} answered ${answer.status}${said === "" ? "" : `: ${said}`}`;
	if (answer.status === 401) return new SyncError("source.denied", start, { todo: howToLogIn(by.settings), context });
	if (answer.status === 403) return new SyncError("source.denied", start, { todo: GRANT, context: { ...context, missing: READ_ONLY } });
	if ([400, 404].includes(answer.status) && organization !== undefined && /\borgani[sz]ation\b|x-org-id|malformed id/i.test(said))
		return new SyncError("config.invalid", start, {
			todo: `Compare organization (${organization}) with the organisation's own Settings page.`,
			context: { ...context, organization },
		});
	if (answer.status === 400 && /\bsort\b/i.test(said))
		return new SyncError("source.incomplete", start, { todo: "Set groupOrder to server; see docs/guides/jumpcloud.md.", context });
	return undefined;
}

/** A 429 that leaves it to us how long to wait. */
export const limitedWithoutWait = (answer: RawAnswer): boolean => answer.status === 429 && statedWaitMs(answer.headers) === undefined;

/** "A JumpCloud service returns 403 Forbidden: your IP has been blocked due to suspected abuse", in whatever form it comes. */
export function blockedIn(answer: RawAnswer): { readonly message: string; readonly todo: string } | undefined {
	if (answer.status !== 403 || !/suspected abuse|\b(?:ip|you)\b[^.]{0,60}\bblocked\b/i.test(answer.text.slice(0, 5_000))) return undefined;
	return {
		message: "JumpCloud blocks this machine's address for suspected abuse",
		todo: "Nothing more is sent. Look for what else asks JumpCloud from this address, lower requestsPerMinute, and ask JumpCloud's support to lift the block.",
	};
}

function howToLogIn({ auth, organization, region }: Refused["settings"]): string {
	const several = organization === undefined ? " An administrator of several organisations must name one as organization." : "";
	const credential =
		auth.kind === "apiKey"
			? "Check the API key: a new one makes the old one invalid, it may have an end, and its administrator may have been denied API access."
			: "Check clientId and clientSecret: secrets have an end, and the service account may be gone.";
	return `${credential} It must be of region "${region}": others do not know it.${several}`;
}

function sentence(answer: RawAnswer, secrets: readonly string[]): string {
	let body: unknown;
	try {
		body = JSON.parse(answer.text);
	} catch {
		return ""; // not JumpCloud's own words; the status says enough
	}
	return cleanText(withoutSecrets(detailOf(body) ?? "", secrets), 200);
}
