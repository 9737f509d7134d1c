import { SyncError } from "../../../core/errors.ts";
import { type Base, baseOf } from "../../http/address.ts";
import { Fetching } from "../../http/fetching.ts";
import { cleanText, withoutSecrets } from "../../http/text.ts";
import { USER_AGENT } from "../../http/version.ts";
import type { GoogleSettings } from "./settings.ts";

/** One exchange after the other with Google. */
export class Wire extends Fetching {
	readonly settings: GoogleSettings;
	/** Of the Directory API, of the token endpoint, of IAM Credentials, and of the metadata server of a Google Cloud machine. */
	readonly api: Base;
	readonly token: Base;
	readonly iam: Base;
	readonly metadata: Base;
	readonly #secrets = new Set<string>();

	/** Throws `config.invalid` for an unusable URL. Opens nothing. */
	constructor(settings: GoogleSettings) {
		// Without this word Google compresses nothing (https://developers.google.com/admin-sdk/directory/v1/guides/performance#gzip).
		super(settings, `${USER_AGENT} (gzip)`);
		this.settings = settings;
		this.api = baseOf(settings.url ?? "https://admin.googleapis.com");
		// The SDK keeps no path before its own.
		if (this.api.contextPath !== "")
			throw new SyncError("config.invalid", `url has the path ${this.api.contextPath} behind the host; Google's has none`, {
				todo: "Write https:// and the host only.",
			});
		this.token = baseOf(settings.tokenUrl ?? "https://oauth2.googleapis.com");
		this.iam = baseOf(settings.iamUrl ?? "https://iamcredentials.googleapis.com");
		this.metadata = baseOf(settings.metadataUrl ?? "http://metadata.google.internal");
	}

	/** From now on this text is not quoted in any message. */
	conceal(secret: string): void {
		this.#secrets.add(secret);
	}

	/** Somebody else's sentence for a message: cleaned, bounded, without our secrets even where the server echoes them. */
	clean(text: string): string {
		return cleanText(withoutSecrets(text, [...this.#secrets]), 240);
	}
}
