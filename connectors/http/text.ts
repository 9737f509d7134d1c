/** Somebody else's text on its way into a message: control characters and runs of blanks become one blank, cut at `limit`. */
export function cleanText(text: string, limit = 300): string {
	// Cut first: what is thrown away need not be cleaned, however long it is.
	const plain = text
		.slice(0, limit * 4)
		.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ")
		.trim();
	return plain.length <= limit ? plain : `${plain.slice(0, limit - 1).trimEnd()}…`;
}

/** The title of an HTML page, where it has one. */
export function titleOf(html: string): string | undefined {
	const title = /<title[^>]*>([^<]{1,200})/i.exec(html.slice(0, 20_000))?.[1];
	return title === undefined || title.trim() === "" ? undefined : cleanText(title, 100);
}

export const looksLikeHtml = (contentType: string, body: string): boolean =>
	/\bhtml\b/i.test(contentType) || /^\s*<(!doctype|html|head|body)\b/i.test(body.slice(0, 200));

/** Replaces every occurrence of a secret. Secrets shorter than four characters are left: they would tear words apart. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
	return secrets.filter((s) => s.length >= 4).reduce((kept, secret) => kept.replaceAll(secret, "[secret]"), text);
}
