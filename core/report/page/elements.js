// Making elements. Texts go in as text only: nothing from the data is ever parsed as HTML.

/** element("td", { class: "who", data: { label: "Who" }, on: { click } }, "text", node …) */
export function element(name, { data = {}, on = {}, ...attributes } = {}, ...children) {
	const made = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
	for (const [key, value] of Object.entries(data)) made.dataset[key] = value;
	for (const [key, listener] of Object.entries(on)) made.addEventListener(key, listener);
	made.append(...children.filter((child) => child !== undefined && child !== ""));
	return made;
}

const english = new Intl.NumberFormat("en");
export const shownNumber = (value) => english.format(value);

/** A sign and a word: never colour alone. */
export const badge = (tone, ...children) => element("span", { class: `badge ${tone}` }, ...children);

export function stateBadge({ state, word }) {
	const tone = { done: "gain", already: "gain", failed: "loss", unknown: "warn", "not-run": "warn", held: "warn" }[state] ?? "neutral";
	return badge(tone, word);
}

/** A name that opens a panel. */
export const linkButton = (label, click) => element("button", { type: "button", class: "name", on: { click } }, label);
