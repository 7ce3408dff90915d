import { html, nothing, render } from './lib/lit-html.js';
import { inWords } from './entry.js';
import { ago, count, dateTime } from './format.js';
import { icon } from './icons.js';
import { problemCard, words } from './problem.js';
import { plain, shown } from './text.js';
import { drawn, t } from './words.js';

// What others want to do and somebody is to allow, for those who may decide.

/** Each request keeps its element: what is typed for one must never become that of another when one before it goes. */
export class Requests {

	constructor() {
		this.element = document.createElement('div');
		this.elements = new Map();
	}

	show(requests, view) {
		for (const [id, element] of this.elements) {
			if (!requests.some((each) => each.id === id)) {
				element.remove();
				this.elements.delete(id);
			}
		}
		requests.forEach((each) => {
			if (!this.elements.has(each.id)) {
				this.elements.set(each.id, this.element.appendChild(document.createElement('section')));
			}
			render(request(each, view), this.elements.get(each.id));
		});
	}
}

export function approvals({ approvals: waiting, furtherApprovals, unapproved, decided }, requests, load, loadFurther) {
	if (!waiting) {
		return nothing;
	}
	return html`
		<details class="menu approvals" @toggle=${(event) => event.target.open && load()}>
			<summary class="button">${icon('decide')} <span class="word">${t('Approvals')}</span> ${waiting.length ? html`<span class="badge warning">${count(waiting.length)}${furtherApprovals ? '+' : ''}</span>` : nothing}</summary>
			<div class="popover" role="group" aria-label=${t('Approvals')}><h2 class="hidden">${t('Approvals')}</h2>
				<div role="status">${decided ? html`<p class="result ${decided.granted ? 'success' : 'failure'}"><b>${drawn(decided.granted ? 'Granted: {action}' : 'Rejected: {action}', { action: shown(decided.action) })}</b></p>` : nothing}
					${waiting.length || unapproved ? nothing : html`<p class="faint">${t('Nothing waits for approval.')}</p>`}</div>
				${unapproved ? problemCard(unapproved, load) : requests.element}
				${furtherApprovals && !unapproved ? html`<button class="quiet" @click=${loadFurther}>${t('More')}</button>` : nothing}
			</div>
		</details>`;
}

function request(each, { reader, undecided, deciding, decide }) {
	const kind = each.requester.split('/', 1)[0];
	return html`
		<h3 id="approval-${each.id}">${shown(each.action)}</h3>
		${each.reason ? html`<p>${shown(each.reason)}</p>` : nothing}
		<dl>
			<div><dt>${t('Asked by')}</dt><dd><b>${shown(each.requester.slice(kind.length + 1))}</b> <span class="faint">${kind === 'api_key' ? t('API key') : inWords(kind, 'actorType')}</span>
				${each.delegation.length ? html`<span class="faint">${drawn('through {agent}', { agent: shown(each.delegation.join(', ')) })}</span>` : nothing}</dd></div>
			${each.tenant ? html`<div><dt>${t('Tenant')}</dt><dd>${shown(each.tenant)}</dd></div>` : nothing}
			<div><dt>${t('With')}</dt><dd><pre class="json scroll" tabindex="0" role="group" aria-label=${t('With')}>${shown(readable(each.arguments))}</pre></dd></div>
			<div><dt>${t('Since')}</dt><dd>${time(each.requestedAt)}</dd></div>
			${each.expiresAt ? html`<div><dt>${t('Until')}</dt><dd>${time(each.expiresAt)}</dd></div>` : nothing}
		</dl>
		${concerns(each, reader) ? html`<p class="faint own-request">${t('Nobody decides on their own request.')}</p>` : html`
			<form aria-labelledby="approval-${each.id}" @submit=${(event) => decide(each, event)}>
				<label>${t('Justification')}<textarea name="justification" required rows="2" maxlength="2000"></textarea></label>
				${undecided?.id === each.id ? html`<p class="remedy" role="alert">${shown(undecided.problem.detail ?? words(undecided.problem).title)}</p>` : nothing}
				<p class="buttons"><button name="decision" value="grant" ?disabled=${deciding === each.id}>${t('Grant')}</button>
					<button name="decision" value="reject" ?disabled=${deciding === each.id}>${t('Reject')}</button></p>
			</form>`}`;
}

/** Whether somebody asks, or acts for who does. A directory may take any spelling of a name for the same one. */
function concerns({ requester, delegation }, { actor }) {
	const own = String(actor).toLowerCase();
	return requester.toLowerCase() === `user/${own}` || delegation.some((id) => id.toLowerCase() === own);
}

const time = (instant) => html`<time datetime=${plain(instant)}>${dateTime(instant)}</time> <span class="faint">${ago(instant)}</span>`;

/** As people read it, where it is what it should be. */
function readable(text) {
	try {
		return JSON.stringify(JSON.parse(text), null, 2);
	} catch (broken) {
		return text;
	}
}
