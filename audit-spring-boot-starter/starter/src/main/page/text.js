import { html, nothing } from './lib/lit-html.js';
import { t } from './words.js';

// What somebody else wrote, shown so that it cannot pass for something else: what is invisible or turns the direction is
// named, what imitates other letters is marked, and nothing of it moves what stands beside it.

// Controls, what formats, and what Unicode lets be ignored; line breaks and tabs are layout. A braille blank looks like a space.
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
// Joiners belong to Arabic, Indic and similar scripts and to emojis, and variants to emojis.
// With both ends: Chromium finds none of the higher planes by the end alone.
const JOINING = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Mn}\p{Mc}\u{FE0F}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}]$/u;
const JOINERS = ['\u200c', '\u200d', '\ufe0f'];
const PLAIN = /^[\n\t\x20-\x7e]*$/;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

const NAMES = { '\u202a': 'left-to-right embedding', '\u202b': 'right-to-left embedding', '\u202c': 'end of a change of direction',
	'\u202d': 'left-to-right override', '\u202e': 'right-to-left override', '\u2066': 'left-to-right isolate', '\u2067': 'right-to-left isolate',
	'\u2068': 'first strong isolate', '\u2069': 'end of an isolate', '\u200e': 'left-to-right mark', '\u200f': 'right-to-left mark',
	'\u061c': 'Arabic letter mark', '\u200b': 'zero-width space', '\u200c': 'zero-width non-joiner', '\u200d': 'zero-width joiner',
	'\u2060': 'word joiner', '\ufeff': 'zero-width no-break space', '\u00ad': 'soft hyphen' };

const named = (character) => `⟨U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

/** A text in parts: as it is, or a character that is not seen. */
function parts(text) {
	const found = [];
	let before = '';
	for (const character of text.replaceAll('\r\n', '\n')) {
		const unseen = UNSEEN.test(character) && !(JOINERS.includes(character) && JOINING.test(before));
		if (unseen || found.length === 0 || found[found.length - 1].unseen) {
			found.push({ unseen, text: '' });
		}
		found[found.length - 1].text += character;
		before = character;
	}
	return found;
}

/** For attributes, which hold text only. */
export function plain(any) {
	const text = String(any);
	if (PLAIN.test(text)) {
		return text;
	}
	const safe = parts(text).map((part) => part.unseen ? named(part.text) : part.text).join('');
	return RIGHT_TO_LEFT.test(safe) ? `\u2068${safe}\u2069` : safe;
}

/** For everything else. */
export function shown(any) {
	const text = String(any);
	if (PLAIN.test(text)) {
		return html`<bdi>${text}</bdi>`;
	}
	const imitates = imitation(text);
	const content = parts(text).map((part) => part.unseen
		? html`<span class="unseen" title=${t('Not visible: {what}', { what: t(NAMES[part.text] ?? 'a control character') })}>${named(part.text)}</span>`
		: imitates ? underlined(part.text, imitates.word) : part.text);
	return html`<bdi>${content}</bdi>${imitates ? html` <span class="badge warning mixed" title=${imitates.why}>${t(imitates.what)}</span>` : nothing}`;
}

const underlined = (text, word) => text.split(word).map((part, index) => index ? html`<span class="imitates">${word}</span>${part}` : part);

/** So much of a text, in whole characters. */
export const beginning = (text, length) => text.length > length ? `${[...text.slice(0, 2 * length)].slice(0, length).join('')}…` : text;

// Scripts whose letters are taken for one another.
const ALIKE = ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Cherokee', 'Coptic', 'Lisu'].map((name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')]);
// Letters of Cyrillic and Greek that look like Latin ones: a text that has no others is no text of theirs, most likely.
const LATIN_LOOK = /^[аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅοΑΒΕΖΗΙΚΜΝΟΡΤΥΧν]{3,}$/u;
// The same letters for mathematics, and at full width beside the usual ones.
const OTHER_FORMS = /[\u{1d400}-\u{1d7ff}]|[A-Za-z][\uff21-\uff3a\uff41-\uff5a]|[\uff21-\uff3a\uff41-\uff5a][A-Za-z]/u;

/** The first word that passes for another, and why. */
function imitation(text) {
	const words = text.match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
	for (const word of words) {
		const scripts = ALIKE.filter(([, letters]) => letters.test(word)).map(([name]) => name);
		if (scripts.length > 1) {
			return { word, what: 'mixed scripts', why: t('One word has letters of {scripts}, some of which look alike: {letters}', { scripts: scripts.join(` ${t('and')} `), letters: spelled(word) }) };
		}
		if (OTHER_FORMS.test(word)) {
			return { word, what: 'unusual letters', why: t('Other forms of the usual letters: {letters}', { letters: spelled(word) }) };
		}
	}
	const letters = text.replace(/[^\p{L}]/gu, '');
	return LATIN_LOOK.test(letters) ? { word: words[0], what: 'looks Latin', why: t('All of its letters look like Latin ones, and none is: {letters}', { letters: spelled(letters) }) } : null;
}

const spelled = (word) => [...word].slice(0, 12).map((letter) => letter < '\x7f' ? letter : `${letter} U+${
	letter.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}`).join(', ');
