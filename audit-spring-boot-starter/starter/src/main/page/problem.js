import { html, nothing } from './lib/lit-html.js';
import { count } from './format.js';
import { shown } from './text.js';
import { t } from './words.js';

// What went wrong, and what to do about it, in words of this page and not of the browser.

export const SIGNED_OUT = 401;
export const AWAY = 0;

/** An answer, or the lack of one, that is none of what was asked for. */
export class Problem extends Error {
	constructor(status, { detail = null, parameter = null, retryAfter = null } = {}) {
		super(detail ?? `Status ${status}`);
		Object.assign(this, { status, detail, parameter, retryAfter });
	}
}

const WORDS = {
	[AWAY]: ['The server cannot be reached', 'It is away, or this device is offline. What is recorded goes on being recorded; try again in a moment.'],
	400: ['This cannot be looked for', 'Change or remove the filter that is named here.'],
	[SIGNED_OUT]: ['You are not signed in', 'Your session has ended, or never began. Sign in, and the page comes back to this view.'],
	403: ['You may not read this', 'Ask whoever runs this application for the right to read the audit trail.'],
	404: ['This is not there', 'It does not exist, or it is not yours to see.'],
	410: ['This was erased', 'The trail says when and why, and that cannot be undone.'],
	429: ['There are too many requests at present', null],
	other: ['The server failed', 'Try again. If it stays like this, tell whoever runs the application; its log says more.']
};

export function words(problem) {
	const [title, remedy] = WORDS[problem.status] ?? WORDS.other;
	return { title: t(title), detail: problem.detail, remedy: remedy ? t(remedy) : t('Try again in {time}.', { time: wait(problem.retryAfter) }) };
}

const wait = (seconds) => seconds === null ? t('a minute') : seconds === 1 ? t('a second') : t('{n} seconds', { n: count(seconds) });

/** A problem where the thing would be that was asked for. */
export function problemCard(problem, again) {
	const { title, detail, remedy } = words(problem);
	const signedOut = problem.status === SIGNED_OUT;
	return html`<div class="problem" role="alert"><p><b>${title}</b></p>
		${detail ? html`<p>${shown(detail)}</p>` : nothing}<p class="faint">${remedy}</p>
		${signedOut ? html`<button @click=${() => location.reload()}>${t('Sign in')}</button>`
			: again ? html`<button @click=${again}>${t('Try again')}</button>` : nothing}</div>`;
}
