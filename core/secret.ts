import { inspect } from "node:util";

/** A secret on its way to a request header. Printing, logging or storing one shows `[secret]`. */
export class Secret {
	readonly #value: string;
	/** Where it came from (`credential:jira`), for messages. */
	readonly origin: string;

	constructor(value: string, origin: string) {
		this.#value = value;
		this.origin = origin;
	}
	/** The only way to the value; call it where the header is made. */
	reveal(): string {
		return this.#value;
	}
	toString(): string {
		return "[secret]";
	}
	toJSON(): string {
		return "[secret]";
	}
	[inspect.custom](): string {
		return `[secret ${this.origin}]`;
	}
}
