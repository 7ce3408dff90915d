// What the page says, in the language of its reader. English is written where it is said; other languages have a catalogue
// of the same sentences, which is loaded by who wants it.

export const LANGUAGES = { en: 'English', de: 'Deutsch' };

const RIGHT_TO_LEFT = ['ar', 'fa', 'he', 'ur'];

let language = 'en';
let catalogue = {};

const kept = () => {
	try {
		return localStorage.getItem('audit-language');
	} catch (blocked) {
		return null;
	}
};

const spoken = () => [kept(), ...navigator.languages].filter(Boolean).map((each) => each.slice(0, 2)).find((each) => LANGUAGES[each]) ?? 'en';

export const currentLanguage = () => language;

/** The reader's own kind of the language, such as British English, where it is that of the browser. */
export const locale = () => navigator.languages.find((each) => each.slice(0, 2) === language) ?? language;

async function words(wanted) {
	const answer = await fetch(document.querySelector(`[data-words-${wanted}]`).getAttribute(`data-words-${wanted}`), { credentials: 'same-origin' });
	return answer.json();
}

/** Begins to speak a language: the one that was chosen here before, or the first of the browser's that there is. */
export async function speak(chosen) {
	const wanted = chosen ?? spoken();
	if (chosen) {
		try {
			localStorage.setItem('audit-language', chosen);
		} catch (blocked) {
			// It lasts as long as the page.
		}
	}
	try {
		catalogue = wanted === 'en' ? {} : await words(wanted);
		language = wanted;
	} catch (missing) {
		catalogue = {};
		language = 'en';
	}
	document.documentElement.lang = language;
	document.documentElement.dir = RIGHT_TO_LEFT.includes(language) ? 'rtl' : 'ltr';
}

const PLACE = /\{(\w+)\}/;

/** A sentence, with texts at the places that its braces name. */
export const t = (sentence, values = {}) => parts(sentence).map((part, index) => index % 2 ? values[part] : part).join('');

/** A sentence, with anything that can be drawn at those places. */
export const drawn = (sentence, values) => parts(sentence).map((part, index) => index % 2 ? values[part] : part);

const parts = (sentence) => (catalogue[sentence] ?? sentence).split(PLACE);
