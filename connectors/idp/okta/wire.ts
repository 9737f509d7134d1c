import { type Base, baseOf } from "../../http/address.ts";
import { Fetching } from "../../http/fetching.ts";
import { cleanText, withoutSecrets } from "../../http/text.ts";
import type { OktaSettings } from "./settings.ts";

/** One exchange after the other with one organisation. */
export class Wire extends Fetching {
	readonly settings: OktaSettings;
	readonly base: Base;

	/** Throws `config.invalid` for an unusable URL. Opens nothing. */
	constructor(settings: OktaSettings) {
		super(settings);
		this.settings = settings;
		this.base = baseOf(settings.url);
	}

	/** Somebody else's sentence for a message: cleaned, bounded, without our secrets even where the server echoes them. */
	clean(text: string, more: readonly string[] = []): string {
		const { auth } = this.settings;
		const secret = auth.kind === "token" ? auth.token : auth.privateKey;
		return cleanText(withoutSecrets(text, [secret.reveal(), ...more]), 200);
	}
}
